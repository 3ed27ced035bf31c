/// A way to build images with a cache on a server.
public protocol Contender: Sendable {
    /// What it is called.
    var name: String { get }
    /// What has its cache, and the image in the end.
    var server: ServerKind { get }
    /// Whether a docker daemon builds.
    var needsDocker: Bool { get }

    /// The commands of a build, one after the other as long as they succeed. The image is in the server's registry afterwards, and
    /// no further.
    func commands(for order: BuildOrder) -> [[String]]

    /// The RUN steps that were run; `nil` where it does not say.
    /// - Parameters:
    ///   - output: all that the commands said.
    ///   - report: what is in the order's file for that.
    func ranSteps(output: String, report: String?) -> RanSteps?
}

/// What has a cache.
public enum ServerKind: String, CaseIterable, Sendable {
    /// larderd, into which the base image was imported.
    case larder
    /// larderd as a registry, to which docker pushed the base image.
    case larderRegistry = "larder-registry"
    /// docker-registry, to which docker pushed the base image.
    case dockerRegistry = "docker-registry"
}

/// RUN steps that were run rather than taken from a cache.
public struct RanSteps: Sendable, Equatable {
    /// How many.
    public let count: Int
    /// How long their commands took together; `nil` where nobody says.
    public let seconds: Double?

    /// - Parameters:
    ///   - count: how many.
    ///   - seconds: how long their commands took together; `nil` where nobody says.
    public init(count: Int, seconds: Double?) {
        self.count = count
        self.seconds = seconds
    }
}

/// All contenders.
public enum Contenders {
    /// In the order in which they are shown.
    public static let all: [any Contender] = [
        LarderContender(),
        BuildKitContender(name: "best", server: .dockerRegistry, use: .straight(compression: "zstd")),
        BuildKitContender(name: "default", server: .dockerRegistry, use: .pushed(hasCache: true)),
        BuildahContender(),
        BuildKitContender(name: "no-cache", server: .dockerRegistry, use: .pushed(hasCache: false)),
        BuildKitContender(name: "best-larder", server: .larderRegistry, use: .straight(compression: "zstd")),
        BuildKitContender(name: "default-larder", server: .larderRegistry, use: .pushed(hasCache: true)),
        BuildKitContender(
            name: "plain-larder", server: .larderRegistry,
            use: .straight(compression: "uncompressed,force-compression=true")),
    ]
}
