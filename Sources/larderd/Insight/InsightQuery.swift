import CacheAPI
import Chunking
import HummingbirdCore
import OCI

/// What a request for the dashboard's JSON asks, behind its `?`.
struct InsightQuery: Sendable {
    private let values: [String: String]

    init(_ uri: URI) {
        values = Dictionary(uri.queryParameters.map { (String($0.key), String($0.value)) }) { first, _ in first }
    }

    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// How many spans of time: `hours` or `days`; 30 days when neither is given.
    /// - Throws: ``APIFailure`` `badRequest`.
    func spans() throws(APIFailure) -> (count: Int, isHourly: Bool) {
        if let hours = self["hours"] {
            return (try Self.count(hours, "hours", ProjectHistory.hoursMaximum), true)
        }
        return (try Self.count(self["days"] ?? "30", "days", ProjectHistory.daysMaximum), false)
    }

    private static func count(_ text: String, _ name: String, _ maximum: Int) throws(APIFailure) -> Int {
        guard let count = Int(text), (1...maximum).contains(count) else {
            throw APIFailure(.badRequest, "'\(name)' is '\(text.prefix(40))'; valid is a number from 1 to \(maximum).")
        }
        return count
    }

    /// The repository that is named, one of `project`.
    /// - Throws: ``APIFailure``.
    func repository(of project: ProjectName) throws(APIFailure) -> RepositoryName {
        let text = try required("repository", "a repository of the project, as in \(project)/app")
        guard let name = try? RepositoryName(text), ProjectName(owning: name.description) == project else {
            throw APIFailure(.notFound, "Project \(project) has no repository '\(text.prefix(100))'.")
        }
        return name
    }

    /// The tag or digest that is named.
    /// - Throws: ``APIFailure``.
    func reference() throws(APIFailure) -> ManifestReference {
        let text = try required("reference", "a tag or a digest")
        if let digest = OCIDigest(text) { return .digest(digest) }
        if let tag = try? TagName(text) { return .tag(tag) }
        throw APIFailure(.invalidName, "'\(text.prefix(100))' is neither a tag nor a digest.")
    }

    /// The scope that is named.
    /// - Throws: ``APIFailure``.
    func scope() throws(APIFailure) -> ScopeName {
        let text = try required("scope", "a scope, as in main")
        guard let scope = ScopeName(text) else {
            throw APIFailure(.invalidName, "'\(text.prefix(100))' is no name of a scope.")
        }
        return scope
    }

    /// The key after which a page begins; `nil` for the first page.
    /// - Throws: ``APIFailure``.
    func after() throws(APIFailure) -> Digest? {
        guard let text = self["after"] else { return nil }
        guard let digest = Digest(text) else {
            throw APIFailure(.invalidName, "'after' is no digest of the form sha256:<64 hexadecimal digits>.")
        }
        return digest
    }

    private func required(_ name: String, _ what: String) throws(APIFailure) -> String {
        guard let text = self[name] else { throw APIFailure(.badRequest, "'?\(name)=' is missing: name \(what).") }
        return text
    }
}
