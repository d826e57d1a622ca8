"""A deck repository from a package that learners have."""
