//! One issue, open while Vapi is not as the file says.

use serde_json::{Value as Json, json};

use super::client::Problem;
use super::comment::is_ours;
use super::place::Place;

impl Place {
    /// Opens the issue, brings it up to date or, with no text, closes it. Gives the address of the open one. One that a person
    /// closed is not opened again for the same text.
    ///
    /// # Errors
    /// GitHub did not take it.
    pub async fn issue(&self, marker: &str, title: &str, text: Option<&str>) -> Result<Option<String>, Problem> {
        let viewer = self.client.viewer().await?;
        let query = [("state", "all"), ("creator", viewer.as_str()), ("sort", "created"), ("direction", "desc")];
        let find = async |is: &dyn Fn(&Json) -> bool| {
            let found = self.client.list(&self.at("issues"), &query).await?;
            Ok::<_, Problem>(found.into_iter().find(|issue| is_ours(issue, marker, &viewer) && is(issue)))
        };
        let newest = find(&|_| true).await?;
        let open = newest.as_ref().filter(|issue| issue["state"] == "open");
        let body = text.map(|text| format!("{marker}\n{text}"));
        let change = async |issue: &Json, to: Json| {
            self.client.change(&self.at(&format!("issues/{}", issue["number"])), &to).await.map(|issue| address(&issue))
        };
        match (open, body) {
            (None, None) => Ok(None),
            (Some(issue), None) => {
                let body = format!("{marker}\nThe file and Vapi agree again.");
                change(issue, json!({"state": "closed", "body": body})).await.map(|_| None)
            }
            (Some(issue), Some(body)) if issue["body"].as_str() == Some(&body) => Ok(Some(address(issue))),
            (Some(issue), Some(body)) => change(issue, json!({"title": title, "body": body})).await.map(Some),
            (None, Some(body)) => {
                if newest.is_some_and(|issue| issue["body"].as_str() == Some(&body)) {
                    return Ok(None);
                }
                let made = async || find(&|issue| issue["state"] == "open").await;
                let request = json!({"title": title, "body": body});
                Ok(Some(address(&self.client.create(&self.at("issues"), &request, made).await?)))
            }
        }
    }
}

fn address(issue: &Json) -> String {
    issue["html_url"].as_str().unwrap_or_default().to_owned()
}
