import Chunking
import FoundationEssentials
import Networking
import OCI
import SystemPackage
import TestSupport

@testable import Build

/// An image of three layers, of which one is long, to be pushed without a build.
enum PushSample {
    static let layers = {
        var random = SeededGenerator(seed: 7)
        return [3, 40, 1].map { TarMaker.tar(files: $0, sizeMaximum: 200_000, using: &random) }
    }()

    static func export(as name: String) throws -> ImageExport {
        let contents = Dictionary(uniqueKeysWithValues: layers.map { (Digest(hashing: $0), $0) })
        let chain = layers.map { Digest(hashing: $0) }
        let configuration = try JSONDocument.encode(
            ImageConfiguration(platform: Platform(os: "linux", architecture: "amd64"), diffIDs: chain))
        let names = [try ImageReference(name)]
        return ImageExport(configuration: configuration, layers: chain, names: names) { layer, use in
            let bytes = contents[layer] ?? []
            try await BlockingThreads.run { try use { write in try unsafe write(bytes.span.bytes) } }
        }
    }

    /// The credentials of a runner whose docker is logged in at `host` with `login` (`user:password`).
    static func credentials(_ login: String, at host: String, in directory: FilePath) throws -> RegistryCredentials {
        let entry = #""\#(host)": {"auth": "\#(Data(login.utf8).base64EncodedString())"}"#
        try Data(#"{"auths": {\#(entry)}}"#.utf8).write(to: URL(filePath: "\(directory)/config.json"))
        return RegistryCredentials { $0 == "DOCKER_CONFIG" ? directory.string : nil }
    }

    /// Pushes it as `shop/api:1` with the login `login` (`user:password`), or with an identity token.
    static func push(
        to host: String, login: String? = nil, identityToken: String? = nil,
        network: NetworkSettings = NetworkSettings()
    ) async throws {
        try await withTemporaryDirectory { directory in
            var entry = login.map { #""\#(host)": {"auth": "\#(Data($0.utf8).base64EncodedString())"}"# } ?? ""
            if let identityToken { entry = #""\#(host)": {"identitytoken": "\#(identityToken)"}"# }
            try Data(#"{"auths": {\#(entry)}}"#.utf8).write(to: URL(filePath: "\(directory)/config.json"))
            let credentials = RegistryCredentials { $0 == "DOCKER_CONFIG" ? directory.string : nil }
            let export = try export(as: "\(host)/shop/api:1")
            try await export.make(
                [.push], server: nil, credentials: credentials, network: network, ProgressLog(EventLog { _ in }))
        }
    }
}
