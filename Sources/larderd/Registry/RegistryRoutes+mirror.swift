import Access
import CacheAPI
import ChunkStore
import Hummingbird
import NIOCore
import OCI

/// Repositories of other registries. They are read here, and written where they are.
extension RegistryRoutes {
    /// The answer when the request is about a repository of another registry; `nil` when it is not.
    func mirrored(_ path: RegistryPath, _ request: Request, _ access: AccessCheck) async throws -> Response? {
        guard let mirror, let name = path.repository else { return nil }
        let namespace = request.uri.queryParameters["ns"].map { String($0) }
        guard let place = mirror.rules.place(of: name, namespace: namespace) else { return nil }
        try access.require(.anyProject(.read))
        return try await answer(path, in: place, request, mirror)
    }

    /// The answer of the registry that stands in for this server's own repositories; `nil` when there is none, or when
    /// the repository's project is one of this server, as far as whoever asks can know.
    func fallback(_ path: RegistryPath, _ request: Request, _ access: AccessCheck) async throws -> Response? {
        let namespace = request.uri.queryParameters["ns"].map { String($0) }
        guard let mirror, let name = path.repository,
            let place = mirror.rules.fallbackPlace(of: name, namespace: namespace),
            request.method == .get || request.method == .head
        else { return nil }
        guard access.allows(.anyProject(.read)) else { return nil }
        let isOwn = try await executor.run { store in
            guard let owner = ProjectName(owning: name.description), access.allows(.project(owner, .read)) else {
                return false
            }
            return try store.project(named: owner.description) != nil
        }
        return isOwn ? nil : try await answer(path, in: place, request, mirror)
    }

    private func answer(
        _ path: RegistryPath, in place: MirrorPlace, _ request: Request, _ mirror: UpstreamMirror
    ) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            throw RegistryFailure(
                .denied, "\(place) is a mirrored repository, which can only be read here; push to \(place.host) itself")
        }
        do {
            switch path {
            case .manifest(_, let reference):
                let found = try await mirror.manifest(reference, in: place)
                var response = ManifestAnswer(found.manifest).response
                // RFC 7234, 5.5.1
                if found.isStale { response.headers[.warning] = "110 - \"\(place.host) failed; this is what it had\"" }
                return response
            case .blob(_, let digest) where request.method == .head:
                let size = try await mirror.size(of: digest, in: place)
                return Response(status: .ok, headers: Self.headers(of: digest, length: size))
            case .blob(let name, let digest):
                try await mirror.bring(digest, from: place)
                return try await sendBlob(digest, in: name, request) { store in
                    let shelf = try MirrorShelf(place, in: store)
                    return try shelf.blob(digest).map { ($0, shelf.project) }
                }
            case .tags(let name):
                let page = try Self.page(request)
                // It goes into a request of ours, so it must be what it says.
                if let last = page.last { _ = try RegistryPath.tag(last) }
                let (tags, hasMore) = try await mirror.tags(of: place, page)
                return try Self.tagList(tags, of: name, page, hasMore: hasMore)
            default:
                throw RegistryFailure(
                    .unsupported, "\(place) is mirrored: its manifests, blobs and tags can be had here, nothing else")
            }
        } catch let failure as APIFailure {
            throw Self.failure(failure, path)
        }
    }

    /// What a client is told when the other registry did not give what was wanted.
    private static func failure(_ failure: APIFailure, _ path: RegistryPath) -> any Error {
        switch failure.code {
        case .notFound:
            if case .blob = path { return RegistryFailure(.blobUnknown, failure.message) }
            if case .tags = path { return RegistryFailure(.nameUnknown, failure.message) }
            return RegistryFailure(.manifestUnknown, failure.message)
        case .upstream: return RegistryFailure(.unavailable, status: 502, failure.message)
        default: return failure
        }
    }
}
