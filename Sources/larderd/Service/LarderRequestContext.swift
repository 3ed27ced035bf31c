import Access
import CacheAPI
import Hummingbird
import Logging
import NIOCore

/// What travels with a request through middleware and routes.
struct LarderRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// What whoever sends it may do: nothing before ``Identification`` knows who that is.
    var access = AccessCheck(policy: AccessPolicy(), identity: .anonymous)
    /// What the request came on.
    let connection: Connection

    /// Who sends it.
    var identity: Identity { access.identity }

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = .current
    }

    /// The project that the path names as `:project`.
    /// - Throws: ``APIFailure`` `invalidName`.
    func project() throws -> ProjectName {
        let text = try parameters.require("project")
        guard let name = ProjectName(text) else {
            throw APIFailure(
                .invalidName,
                "'\(text)' is not a project name: lower-case letters and digits with single '.', '_' or '-' between.")
        }
        return name
    }

    /// What the log calls it; `nil` for a logger that keeps no such thing.
    var requestID: String? { logger[metadataKey: "hb.request.id"]?.description }

    /// Logs that the server failed with a request.
    /// - Parameter status: what the client is answered.
    func logFailure(of request: Request, _ status: Int, _ error: any Error) {
        logger.warning(
            "request failed",
            metadata: [
                "http.method": "\(request.method)", "http.path": "\(request.uri.path)", "http.status": "\(status)",
                "error": "\(error)",
            ])
    }

    /// What the client has shown in its handshake, verified; `nil` without.
    var clientCertificate: ClientCertificate? { connection.clientCertificate }
}
