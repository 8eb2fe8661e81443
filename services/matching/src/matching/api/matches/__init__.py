"""Matches over HTTP: the caseworker's side, the candidate's, the employer's and the decision."""
