"""A GitHub of one's own: an API that keeps state, the clicks of people, and a runner of workflows."""
