"""A report in every form: words, pictures, messages, mails, files."""
