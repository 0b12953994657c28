use std::sync::Arc;

use tower_layer::Layer;

use crate::{Lambda, Options};

/// Makes a service of invocations from a service of requests.
///
/// # Examples
///
/// ```
/// use liftgate::{LambdaLayer, Options};
/// use tower_layer::Layer;
///
/// # async fn app(_: http::Request<liftgate::Body>) -> Result<http::Response<String>, std::convert::Infallible> {
/// #     Ok(http::Response::default())
/// # }
/// let app = tower::service_fn(app);
/// let lambda = LambdaLayer::new().options(Options::new().base_path("/v1")).layer(app);
/// ```
#[derive(Clone, Debug, Default)]
pub struct LambdaLayer {
    options: Arc<Options>,
}

impl LambdaLayer {
    /// A layer with the default options.
    pub fn new() -> Self {
        LambdaLayer::default()
    }

    /// The options for every service the layer makes.
    pub fn options(mut self, options: Options) -> Self {
        self.options = Arc::new(options);
        self
    }
}

impl<S> Layer<S> for LambdaLayer {
    type Service = Lambda<S>;

    fn layer(&self, inner: S) -> Lambda<S> {
        Lambda::from_shared(inner, Arc::clone(&self.options))
    }
}
