import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import Hummingbird

extension CacheRoutes {
    /// `POST …/chain/query`: what is at paths of a chain.
    func queryChain(_ request: Request, in project: ProjectName) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let answer = try await executor.run { [views] store in
            let query: ChainQuery = try body.decoded()
            guard query.paths.count <= ChainQuery.pathsMaximum else {
                throw APIFailure(
                    .badRequest, "A query has at most \(ChainQuery.pathsMaximum) paths, not \(query.paths.count).")
            }
            let (view, _) = try Self.view(of: query.chain, in: project, store, views)
            let answer = ChainAnswer(paths: query.paths.map { ChainAnswer.Path(of: LayerPath($0), in: view) })
            return try JSONEncoder.cacheAPI.encode(answer)
        }
        return .json(encoded: answer)
    }

    /// `POST …/chain/file`: the bytes of one regular file, links followed.
    func file(_ request: Request, in project: ProjectName) async throws -> Response {
        let body = try await request.bytes(upTo: limits.jsonBytes)
        let download = try await executor.run { [views] store in
            let query: FileQuery = try body.decoded()
            let (view, project) = try Self.view(of: query.chain, in: project, store, views)
            guard let path = view.resolved(LayerPath(query.path)), let node = view.node(at: path),
                node.entry.kind == .file || node.entry.kind == .hardlink, query.chain.indices.contains(node.layer),
                let reader = try store.readFile(node.entry, of: query.chain[node.layer], in: project)
            else { throw APIFailure(.notFound, "There is no regular file at \(query.path).") }
            return BlobDownload(reader)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: .pieces(length: Int(clamping: download.length), on: executor) { try download.next() })
    }

    private static func view(
        of chain: [Digest], in name: ProjectName, _ store: Store, _ views: ChainViews
    ) throws -> (ChainView, ProjectID) {
        try Limits.check(chain: chain)
        guard let project = try store.project(name),
            let view = try views.view(of: chain, project: project, store: store)
        else { throw APIFailure(.missingContent, "The project \(name) lacks a layer of the chain; build it again.") }
        return (view, project)
    }
}

extension ChainAnswer.Path {
    /// What is at `path`, links followed.
    init(of path: LayerPath, in view: ChainView) {
        guard let resolved = view.resolved(path) else {
            self.init(resolved: nil)
            return
        }
        guard let entry = view.node(at: resolved)?.entry else {
            self.init(resolved: resolved.description)
            return
        }
        let kind: ChainAnswer.Kind =
            switch entry.kind {
            case .file, .hardlink: .file
            case .directory: .directory
            case .symlink, .characterDevice, .blockDevice, .fifo: .other
            }
        self.init(
            resolved: resolved.description, kind: kind, mode: entry.mode, uid: entry.uid, gid: entry.gid)
    }
}
