//! Requests as the app gets them, and its answers as clients do.

mod answers;
mod bodies;
mod requests;
