//! Runs any HTTP server on AWS Lambda.

fn main() {}
