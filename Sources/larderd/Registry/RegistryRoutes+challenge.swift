import Access
import HTTPTypes
import Hummingbird
import OCI

extension RegistryRoutes {
    /// What a client is told that has to log in: where it gets a token, and for what (distribution project, "Token
    /// Authentication Specification").
    static func challenge(_ request: Request, isSecure: Bool) -> BearerChallenge {
        let host = request.head.authority ?? "localhost"
        // How a proxy was spoken to that passed the request on.
        let forwarded = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] }
        let scheme = isSecure || forwarded == "https" ? "https" : "http"
        return BearerChallenge(
            realm: "\(scheme)://\(host)\(RegistryTokenRoutes.path)", service: host,
            scope: scope(of: request))
    }

    /// The scope that a request needs; `nil` when it is about no repository.
    private static func scope(of request: Request) -> String? {
        guard let path = try? RegistryPath(request.uri.path), let repository = path.repository,
            let route = path.route(request.method), case .here(let rights) = route.row.need
        else { return nil }
        let actions = RegistryScope.Action.allCases.filter { action in
            // Who pushes looks first for what is there.
            Rights(action).isSubset(of: rights) || action == .pull
        }
        var scopes = [RegistryScope(repository, Set(actions))]
        if let source = request.uri.queryParameters["from"], let other = try? RepositoryName(String(source)) {
            scopes.append(RegistryScope(other, [.pull]))
        }
        return scopes.map(\.description).joined(separator: " ")
    }
}
