//! Layers of tower-http around a service, inside [`Lambda`](liftgate::Lambda): a client gets the same
//! answers behind each gateway as from hyper. And layers of tower around a `Lambda`.

mod answer;
mod compression;
mod cors;
mod doors;
mod front;
mod fs;
mod limit;
mod timeout;
mod trace;
