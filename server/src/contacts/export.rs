//! All contacts in use as CSV, a part at a time.

use app::{account::Access, error::Result, imports::ImportField};
use futures::{Stream, stream};

use crate::{
    csv_file::{begin, write_row},
    db::contacts,
    service::Service,
};

/// Contacts in one part.
const PART: u32 = 500;
/// The columns, named so that an import knows them.
const COLUMNS: [ImportField; 8] = [
    ImportField::FirstName,
    ImportField::LastName,
    ImportField::Email,
    ImportField::Phone,
    ImportField::Tags,
    ImportField::DoNotDisturb,
    ImportField::NoEmail,
    ImportField::NoSms,
];

impl Service {
    /// The file.
    pub fn export_contacts(&self, access: Access) -> impl Stream<Item = Result<String>> + Send + use<> {
        let service = self.clone();
        let head = begin(COLUMNS.map(ImportField::label));
        stream::try_unfold((Some(String::new()), head), move |(after, mut out)| {
            let (service, access) = (service.clone(), access.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let mut conn = service.db.read().await?;
                let contacts = contacts::list_after(&mut conn, access.business(), &after, PART).await?;
                for contact in &contacts {
                    let yes = |on: bool| if on { "yes" } else { "" };
                    let (email, phone) = (contact.email.to_string(), contact.phone.to_string());
                    let tags = contact.tags.join(", ");
                    write_row(
                        &mut out,
                        [
                            contact.first_name.as_str(),
                            &contact.last_name,
                            &email,
                            &phone,
                            &tags,
                            yes(contact.dnd.all),
                            yes(contact.dnd.email),
                            yes(contact.dnd.sms),
                        ],
                    );
                }
                let next = contacts.last().map(|contact| contact.id.to_string());
                Ok(Some((out, (next, String::new()))))
            }
        })
    }
}
