"""Sample data: the billing export of a company of twelve projects, over eighteen months.

It is made from a seed, by calendar dates, and holds what real exports hold: weekends, growth,
a launch, a runaway query, commitments, several credits on a line, taxes, adjustments, rounding
errors, corrections on later invoices, rows that come late, charges of no project. Its totals are
added up apart from it (`totals`).
"""
