//! Runs any HTTP server on AWS Lambda.
#![cfg_attr(not(test), warn(missing_docs))]
