//! What became of a payment link, across its campaigns and its standard link.

use super::LinkResults;
use crate::{id::PaymentLinkId, paths, results::totals::TotalsRow, ui::Card};
use leptos::prelude::*;

/// "Results"
#[component]
pub fn Results(id: PaymentLinkId, results: LinkResults) -> impl IntoView {
    let export = paths::payment_link_export(&id);
    let sentence = standard_link_in_words(&results);
    view! {
        <div class="results">
            <Card title="Results">
                <TotalsRow totals=results.totals/>
                <p class="muted">{sentence}</p>
                <p>
                    <a class="button" href=export download="payment-link.csv" rel="external">"Export CSV"</a>
                </p>
            </Card>
        </div>
    }
}

/// How often the standard link was used: nobody knows by whom.
fn standard_link_in_words(results: &LinkResults) -> String {
    let times = |count: u32| match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    format!(
        "The figures count people with a personal link. The standard link was opened {} and paid {}. The amount includes these \
         payments.",
        times(results.standard_opened),
        times(results.standard_paid),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_link_is_told_in_words() {
        let results = LinkResults { standard_opened: 12, standard_paid: 1, ..LinkResults::default() };
        assert!(standard_link_in_words(&results).contains("was opened 12 times and paid once."));
        assert!(standard_link_in_words(&LinkResults::default()).contains("was opened 0 times and paid 0 times."));
    }
}
