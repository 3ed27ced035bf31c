import ArgumentParser
import Build
import FoundationEssentials
import Glibc
import SystemPackage

/// A Dockerfile that came in on standard input (`-f -`), as a file for as long as a build needs it.
struct InputDockerfile: Sendable {
    /// The most bytes one may have.
    static let byteCountMaximum = 16 << 20

    /// Where it is.
    let path: FilePath
    private let directory: FilePath

    /// Reads standard input to its end.
    /// - Throws: `ValidationError` when there is too much, `ExitCode` once it was told why it failed.
    init() throws {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe Glibc.read(STDIN_FILENO, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
            guard bytes.count <= Self.byteCountMaximum else {
                throw ValidationError("--file: the Dockerfile on standard input is too long")
            }
        }
        let parent = FileManager.default.temporaryDirectory.path
        // mkdtemp puts a name in place of the X.
        var template = Array("\(parent)/larder-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            StandardError.write("ERROR: no directory can be made in \(parent) for the Dockerfile\n")
            throw ExitCode.failure
        }
        directory = FilePath(String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        path = directory.appending("Dockerfile")
        try Data(bytes).write(to: URL(filePath: path.string))
    }

    /// Is what `request` builds.
    func become(of request: inout BuildRequest) {
        request.dockerfile = path
        request.dockerfileName = "Dockerfile"
    }

    /// Removes the file.
    func remove() {
        try? FileManager.default.removeItem(atPath: directory.string)
    }
}
