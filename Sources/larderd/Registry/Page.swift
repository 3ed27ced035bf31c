import Hummingbird
import OCI

/// Which part of a list a client asks for (OCI distribution-spec 1.1, "Listing Tags").
struct Page: Hashable, Sendable {
    /// The most names in one answer.
    static let countMaximum = 10_000

    /// How many names at most.
    let count: Int
    /// The name after which it begins.
    let last: String?

    /// Reads the query parameters `n` and `last`.
    /// - Throws: ``RegistryFailure`` `pageInvalid`.
    init(count text: (some StringProtocol)?, last: (some StringProtocol)?) throws(RegistryFailure) {
        self.last = last.flatMap { $0.isEmpty ? nil : String($0) }
        guard let text, !text.isEmpty else {
            count = Self.countMaximum
            return
        }
        guard let count = Int(text), count >= 0 else {
            throw RegistryFailure(.pageInvalid, "'\(text)' is not a number of names; use n=0 or more")
        }
        self.count = min(count, Self.countMaximum)
    }

    /// Splits names, of which one more than ``count`` was asked for, into the page and the header that leads to
    /// the next; none when this is the last.
    func cut(_ names: [String], path: String) -> (names: [String], link: String?) {
        guard names.count > count, count > 0 else { return (Array(names.prefix(count)), nil) }
        let page = Array(names.prefix(count))
        return (page, page.last.map { "<\(path)?n=\(count)&last=\($0)>; rel=\"next\"" })
    }
}
