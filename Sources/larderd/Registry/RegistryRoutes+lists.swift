import Access
import CacheAPI
import ChunkStore
import Hummingbird
import OCI

extension RegistryRoutes {
    private struct TagList: Encodable {
        let name: String
        let tags: [String]
    }

    private struct Catalog: Encodable {
        let repositories: [String]
    }

    /// `GET /v2/<name>/tags/list`.
    func tags(of name: RepositoryName, _ request: Request) async throws -> Response {
        let page = try Self.page(request)
        let tags = try await executor.run { store -> [String] in
            guard let repository = try Repository(name, in: store) else { throw Self.noRepository(name) }
            let tags = try repository.tags(after: page.last, limit: page.count + 1)
            if try tags.isEmpty && !repository.exists() { throw Self.noRepository(name) }
            return tags
        }
        let (names, link) = page.cut(tags, path: "/v2/\(name)/tags/list")
        return try Self.list(TagList(name: name.description, tags: names), link)
    }

    /// The answer with a page of tags that another registry has cut.
    static func tagList(
        _ tags: [String], of name: RepositoryName, _ page: Page, hasMore: Bool
    ) throws -> Response {
        let link = tags.last.map { "</v2/\(name)/tags/list?n=\(page.count)&last=\($0)>; rel=\"next\"" }
        return try list(TagList(name: name.description, tags: tags), hasMore ? link : nil)
    }

    /// `GET /v2/_catalog`: the repositories that have tags, of the projects that whoever asks may read.
    func catalog(_ request: Request, _ access: AccessCheck) async throws -> Response {
        let page = try Self.page(request)
        let names = try await executor.run { store in
            // Projects that only the server uses have names that clients' projects cannot have.
            try store.projects().filter { project in
                ProjectName(project.name).map { access.allows(.project($0, .read)) } ?? false
            }.flatMap { project in
                try Repository.names(in: project.id, of: store, after: page.last, limit: page.count + 1)
            }
        }
        let (repositories, link) = page.cut(names.sorted(), path: "/v2/_catalog")
        return try Self.list(Catalog(repositories: repositories), link)
    }

    static func page(_ request: Request) throws(RegistryFailure) -> Page {
        let query = request.uri.queryParameters
        return try Page(count: query["n"], last: query["last"])
    }

    private static func list(_ value: some Encodable, _ link: String?) throws -> Response {
        var response = try json(value)
        if let link { response.headers[.link] = link }
        return response
    }

    static func noRepository(_ name: RepositoryName) -> RegistryFailure {
        RegistryFailure(.nameUnknown, "there is no repository \(name)")
    }
}
