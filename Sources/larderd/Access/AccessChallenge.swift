import Hummingbird

/// How whoever is asked who they are may say it: the `WWW-Authenticate` header of a 401.
enum AccessChallenge {
    /// Headers of a 401.
    static var headers: HTTPFields { [.wwwAuthenticate: "Basic realm=\"larder\""] }
}
