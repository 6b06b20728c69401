"""Tables, migrations, vocabulary and access rules; imports nothing else of the project."""
