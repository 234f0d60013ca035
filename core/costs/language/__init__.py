"""The question language: words of people into a `CostQuery`, and back.

words.py    the words that mean something, and those that mean nothing
aliases.py  what people call services, providers and regions
text.py     a text cut into tokens
names.py    the names that a question can mention, looked up and guessed
errors.py   what can be wrong with a question
reader.py   the grammar, and the parser
command.py  sub-commands
writer.py   a question in its canonical words
examples.py what `help` shows
"""
