"""Acts that read and write the database, one module per noun."""
