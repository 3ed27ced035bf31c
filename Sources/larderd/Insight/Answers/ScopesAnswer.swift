import Access
import CacheAPI
import ChunkStore
import Chunking

/// `GET …/scopes`: the scopes of a project that whoever asks may read.
struct ScopesAnswer: Encodable, Sendable {
    struct Scope: Encodable, Sendable {
        let name: String
        let isDefault: Bool
        /// What its builds of the last weeks have come to.
        let hits: Int
        let misses: Int
        /// When a build in it ended last. Seconds since 1970; `nil` when none has said so lately.
        let last: Int64?
    }

    static let scopesMaximum = 500

    let scopes: [Scope]
    /// Whether there are more.
    let hasMore: Bool

    init(of project: ProjectID, in store: Store, _ history: ProjectHistory, _ access: ProjectAccess) throws {
        var names: [ScopeName] = []
        var after: [UInt8]?
        // One search in the index for each scope.
        while names.count <= Self.scopesMaximum {
            let keys = try store.keys(in: .step, prefix: [], after: after, limit: 1, project: project)
            guard let name = keys.first?.prefix(while: { $0 != 0 }) else { break }
            if let scope = ScopeName(String(decoding: name, as: UTF8.self)), access.reads(scope) {
                names.append(scope)
            }
            after = Array(name) + [1]
        }
        let tallies = Dictionary(grouping: history.steps.values, by: \.scope)
        let standard = access.check.policy.defaultScope
        scopes = names.prefix(Self.scopesMaximum).map { scope in
            let own = tallies[scope.description] ?? []
            let sum = own.reduce(into: StepTally.Week()) { $0 += $1.sum }
            return Scope(
                name: scope.description, isDefault: scope == standard, hits: sum.hits,
                misses: sum.misses.values.reduce(0, +), last: own.map(\.last).max())
        }
        hasMore = names.count > Self.scopesMaximum
    }
}

/// `GET …/scopes/steps`: what a scope holds, a page of it, in the order of keys.
struct ScopeStepsAnswer: Encodable, Sendable {
    struct Step: Encodable, Sendable {
        let key: String
        let instruction: String
        /// How long it took. Seconds.
        let seconds: Double
        /// When it was built. Seconds since 1970.
        let created: Int64
        /// Who built it, as it says, and who wrote it, as the server knows.
        let writer: String
        let identity: String?
        /// How many layers its result has, and how long the last is. Bytes; `nil` when that is not there.
        let layers: Int
        let bytes: UInt64?
    }

    static let stepsMaximum = 50
    static let countMaximum = 10_000

    let scope: String
    /// How many steps there are, counted up to ``countMaximum``.
    let count: Int
    let steps: [Step]
    /// What to give as `after` for more; `nil` when there are none.
    let next: String?

    init(_ scope: ScopeName, of project: ProjectID, in store: Store, after: Digest?) throws {
        let prefix = Array(scope.description.utf8) + [0]
        self.scope = scope.description
        count = try store.keys(in: .step, prefix: prefix, limit: Self.countMaximum, project: project).count
        let keys = try store.keys(
            in: .step, prefix: prefix, after: after.map { prefix + $0.rawBytes }, limit: Self.stepsMaximum + 1,
            project: project)
        steps = try keys.prefix(Self.stepsMaximum).compactMap { key in
            // Looking is no use of a record.
            guard let bytes = try store.record(in: .step, key: key, project: project),
                let record = try? StepRecord(decoding: bytes, withComponents: false)
            else { return nil }
            return Step(
                key: "\(record.key)", instruction: record.instruction, seconds: record.seconds,
                created: record.created, writer: record.writer, identity: record.author?.identity,
                layers: record.chain.count,
                bytes: try record.chain.last.flatMap { try store.blob($0, in: project)?.size })
        }
        next = keys.count > Self.stepsMaximum ? steps.last?.key : nil
    }
}
