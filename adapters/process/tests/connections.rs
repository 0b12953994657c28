//! Connections to the app: kept, dropped, and closed by the other side.

mod closed;
mod kept;
