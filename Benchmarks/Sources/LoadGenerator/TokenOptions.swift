import ArgumentParser
import FoundationEssentials
import SystemPackage

/// How requests show who asks.
struct TokenOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file with the token to show.", valueName: "FILE"), completion: .file())
    var tokenFile: String?
    @Flag(help: "Show the token as docker does: as the password of a user.")
    var basic = false

    /// The fields of the request's head; none without a token.
    func fields() throws -> [(name: String, value: String)] {
        guard let tokenFile else { return [] }
        let token = String(decoding: try BodyFile.read(tokenFile), as: UTF8.self).filter { !$0.isWhitespace }
        let login = Data("bench:\(token)".utf8).base64EncodedString()
        return [("Authorization", basic ? "Basic \(login)" : "Bearer \(token)")]
    }
}

/// Files that are named on the command line.
enum BodyFile {
    /// All of a file.
    static func read(_ path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try unsafe part.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            guard count > 0 else { return bytes }
            bytes += part[..<count]
        }
    }
}
