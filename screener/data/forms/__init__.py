"""Files of prices and indices in the forms that people hold, read into one table.

`dialects` has the headers and the rules by which a file is recognised, `grids` opens it and finds its header, `cells`
reads dates, codes and numbers, and `reading` puts these together, or reads a file in the screener's own form as it is.
"""
