//! WebSocket APIs: real clients, and an app that posts to them by the management API.

mod chat;
mod clients;
mod endings;
mod management;
mod messages;
mod openings;
