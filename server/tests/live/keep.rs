//! What an operator does on the command line, beside a server that runs.

use app::model::ProjectStatus;
use reqwest::StatusCode;

use crate::{
    album::{photo, video},
    customer::{Album, Call, Customer, site},
    database::new_database,
    process::Installation,
};

fn told(kinora: &Installation, arguments: &[&str]) -> String {
    let output = kinora.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn an_operator_keeps_archives_saves_and_restores() {
    let kinora = Installation::new(new_database().await.as_ref(), &[]);
    let server = kinora.start();
    let customer = Customer::new(site(&server.url));
    let project = customer.publish(&Album::of(photo(1))).await;
    let id = project.id.as_str();
    assert!(customer.project(id).await.expires_ms.is_some());
    assert_eq!(told(&kinora, &["project", "keep", id]).trim(), format!("{id}: ready"));
    assert_eq!(customer.project(id).await.expires_ms, None);

    let scan = Call::get(&format!("/ar/view/{id}"));
    told(&kinora, &["project", "archive", id]);
    assert_eq!(customer.ask(&scan).await.status, StatusCode::GONE);
    told(&kinora, &["project", "restore", id]);
    assert_eq!(customer.ask(&scan).await.status, StatusCode::FOUND);
    let refused = kinora.run(&["project", "extend", id]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not_a_trial"));

    assert!(told(&kinora, &["backup", "backup.tar"]).contains("1 projects"));
    let again = kinora.run(&["backup", "backup.tar"]);
    assert_eq!(again.status.code(), Some(1), "a backup is never written over");
    told(&kinora, &["project", "delete", id]);
    assert_eq!(customer.ask(&scan).await.status, StatusCode::GONE);

    let other = Installation::new(new_database().await.as_ref(), &[]);
    let backup = kinora.folder.path().join("backup.tar");
    assert!(told(&other, &["restore", backup.to_str().unwrap()]).contains("1 projects"));
    let restored = other.start();
    let customer = Customer::new(site(&restored.url));
    let view = customer.project(id).await;
    assert_eq!(view.status, ProjectStatus::Ready);
    assert_eq!(customer.ask(&scan).await.status, StatusCode::FOUND);
    assert_eq!(customer.ask(&Call::get(&view.targets[0].video)).await.body, video(90));
}
