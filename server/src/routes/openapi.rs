//! The API's description, generated from the handlers; what all of them have in common is said here.

use app::model::Problem;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, OpenApi as Document, RefOr, ResponseBuilder,
        path::{ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Ref, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The name of the security scheme of whoever made a project.
const OWNER: &str = "owner";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kinora",
        description = "Living photos: upload photos and videos by tus 1.0.0, publish them, print their QR code. Every error is a \
                       problem document (RFC 9457) with a stable code."
    ),
    components(schemas(Problem)),
    tags(
        (name = "projects", description = "Living photos, from the draft to the trash"),
        (name = "uploads", description = "Files by the tus resumable upload protocol, version 1.0.0"),
        (name = "shop", description = "What the shop sells, and in which money"),
    )
)]
struct Kinora;

/// The description without its paths.
pub(super) fn document() -> Document {
    Kinora::openapi()
}

/// Adds what holds for every route: the parameters in its path, how it fails, and the owner's token.
pub(super) fn complete(mut document: Document) -> Bytes {
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let token = token.description(Some("The token that came with the project")).build();
    document.components.get_or_insert_default().add_security_scheme(OWNER, SecurityScheme::Http(token));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.options,
            &mut item.head,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let fails = ResponseBuilder::new().description("What is wrong, and what to do");
            let fails = fails.content("application/problem+json", problem).build();
            operation.responses.responses.insert("default".to_owned(), RefOr::T(fails));
            for (name, about) in [
                ("id", "The project's public id"),
                ("name", "photo-{n}, video-{n} or targets.mind"),
                ("code", "qr.svg, qr.png or qr.pdf"),
            ] {
                if path.contains(&format!("{{{name}}}")) {
                    let text = ObjectBuilder::new().schema_type(Type::String).build();
                    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
                    let parameter = parameter.description(Some(about)).schema(Some(text)).build();
                    operation.parameters.get_or_insert_default().push(parameter.into());
                }
            }
        }
    }
    // Names and texts of our own are always JSON.
    serde_json::to_vec(&document).unwrap_or_default().into()
}

/// `GET /api/openapi.json`.
pub(super) fn answer(document: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, no-cache")], document)
        .into_response()
}
