import CacheAPI
import Chunking

/// Which steps are being built right now and by whom, so that nobody else builds them. Times are seconds of a clock that
/// only goes forward.
///
/// A claim is a promise that expires: a build that dies stops renewing it. A build has all its claims until it records a
/// step, gives it back, or ends. What waits for a claim waits only for steps below what it is going to build itself, so
/// builds never wait for each other in a circle.
struct ClaimTable: Sendable {
    /// A build among all others.
    struct BuilderID: Hashable, Sendable {
        let project: ProjectName
        let id: String
    }

    /// A step that can be claimed: in each scope by one build.
    struct Place: Hashable, Sendable {
        let project: ProjectName
        let scope: ScopeName
        let key: Digest
    }

    /// Who builds a step.
    struct Holder: Hashable, Sendable {
        let writer: String
        /// When it was claimed.
        let since: Double
    }

    private struct Builder: Sendable {
        let writer: String
        /// Where it records.
        let scope: ScopeName
        /// When it first asked.
        let since: Double
        var expires: Double
        /// When each was claimed.
        var claims: [Place: Double] = [:]
    }

    /// The most builds that claim at once; more build without.
    static let buildersMaximum = 10_000

    private var builders: [BuilderID: Builder] = [:]
    private var holders: [Place: BuilderID] = [:]

    /// How many steps are claimed, by builds that may have died.
    var count: Int { holders.count }

    /// Who builds a step, in the first of `scopes` in which somebody but `own` does.
    func holder(
        of key: Digest, project: ProjectName, scopes: [ScopeName], but own: BuilderID, at now: Double
    ) -> Holder? {
        for scope in scopes {
            let place = Place(project: project, scope: scope, key: key)
            guard let id = holders[place], id != own, let builder = builders[id], builder.expires > now,
                let since = builder.claims[place]
            else { continue }
            return Holder(writer: builder.writer, since: since)
        }
        return nil
    }

    /// Has the build `id` hold just `places`, and of what it held before those of `kept`. What another build holds is left
    /// to that.
    /// - Returns: those that it did not hold before.
    mutating func claim(
        _ places: [Place], keeping kept: [Place], for id: BuilderID, writer: String, scope: ScopeName, at now: Double
    ) -> [Place] {
        expire(at: now)
        let before = builders[id]?.claims ?? [:]
        if builders[id] == nil, builders.count >= Self.buildersMaximum { return [] }
        var builder = Builder(
            writer: writer, scope: scope, since: builders[id]?.since ?? now, expires: now + ClaimRenewal.lifetime)
        for place in places + kept where holders[place] == nil || holders[place] == id {
            let old = before[place]
            if old == nil, !places.contains(place) { continue }
            builder.claims[place] = old ?? now
            holders[place] = id
        }
        for place in before.keys where builder.claims[place] == nil { holders[place] = nil }
        builders[id] = builder
        return builder.claims.keys.filter { before[$0] == nil }
    }

    /// The build goes on.
    mutating func renew(_ id: BuilderID, at now: Double) {
        builders[id]?.expires = now + ClaimRenewal.lifetime
    }

    /// The build gives back what it holds: the steps with `keys`, or all.
    mutating func release(_ keys: [Digest]?, of id: BuilderID) {
        guard let builder = builders[id] else { return }
        let keys = keys.map(Set.init)
        for place in builder.claims.keys where keys?.contains(place.key) ?? true {
            holders[place] = nil
            builders[id]?.claims[place] = nil
        }
        if keys == nil { builders[id] = nil }
    }

    /// A step was recorded.
    mutating func release(_ place: Place) {
        guard let id = holders.removeValue(forKey: place) else { return }
        builders[id]?.claims[place] = nil
    }

    /// A build that has not ended.
    struct Build: Sendable {
        let writer: String
        /// Where it records.
        let scope: ScopeName
        /// When it first asked.
        let since: Double
        /// How many steps it holds.
        let count: Int
    }

    /// The builds of `project`, also those that found everything and hold nothing.
    func builds(in project: ProjectName, at now: Double) -> [Build] {
        builders.compactMap { id, builder in
            guard id.project == project, builder.expires > now else { return nil }
            return Build(
                writer: builder.writer, scope: builder.scope, since: builder.since, count: builder.claims.count)
        }
    }

    private mutating func expire(at now: Double) {
        for (id, builder) in builders where builder.expires <= now {
            for place in builder.claims.keys { holders[place] = nil }
            builders[id] = nil
        }
    }
}
