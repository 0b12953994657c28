//! What is ordered, and what clients say and see of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;

/// An order, by a client or in a message.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    article: String,
    count: u32,
}

/// How many of each article have been ordered.
#[derive(Clone, Debug, Default)]
pub struct Orders(Arc<Mutex<BTreeMap<String, u32>>>);

impl Orders {
    /// Takes an order, or says why it does not.
    pub(crate) fn take(&self, order: Order) -> Result<(), &'static str> {
        if order.count == 0 {
            return Err("an order of nothing");
        }
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = orders.entry(order.article).or_default();
        *count = count.checked_add(order.count).ok_or("more than there is")?;
        Ok(())
    }
}

/// `POST /orders`
pub(crate) async fn order(
    State(orders): State<Orders>,
    Json(order): Json<Order>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    let taken = orders.take(order);
    taken.map_err(|reason| (StatusCode::UNPROCESSABLE_ENTITY, reason))?;
    Ok(StatusCode::CREATED)
}

/// `GET /orders`
pub(crate) async fn list(State(orders): State<Orders>) -> Json<BTreeMap<String, u32>> {
    let orders = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    Json(orders.clone())
}
