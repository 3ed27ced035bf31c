internal import CLinux
internal import Chunking
internal import Dockerfile
internal import Glibc
internal import SystemPackage

/// The files that say what a build is: the Dockerfile, and what of the context is left out.
struct BuildFiles: Sendable {
    private static let byteCountMaximum = 16 << 20

    let dockerfile: Dockerfile
    let rules: IgnoreRules

    /// Reads them. A `.dockerignore` named after the Dockerfile comes before the context's own, as for docker. Blocks.
    /// - Throws: `invalidInput` for a missing file or context, ``DockerfileError``.
    static func read(for request: BuildRequest) throws -> BuildFiles {
        let mode = (try? Stat(request.context))?.rawValue.st_mode ?? 0
        guard mode & S_IFMT == S_IFDIR else {
            throw BuildError(.invalidInput, "The build context \(request.context) is not a directory.")
        }
        let path = dockerfile(of: request)
        let dockerfile = try Dockerfile(
            parsing: try contents(of: path), file: request.dockerfileName ?? path.string)
        guard request.appliesIgnoreRules else { return BuildFiles(dockerfile: dockerfile, rules: .none) }
        for candidate in [FilePath(path.string + ".dockerignore"), request.context.appending(".dockerignore")] {
            guard (try? Stat(candidate)) != nil else { continue }
            return BuildFiles(
                dockerfile: dockerfile,
                rules: try IgnoreRules(parsing: try contents(of: candidate), file: candidate.string))
        }
        return BuildFiles(dockerfile: dockerfile, rules: .none)
    }

    /// As docker takes it, `dockerfile` in small letters where there is no other.
    private static func dockerfile(of request: BuildRequest) -> FilePath {
        let path = request.dockerfile ?? request.context.appending("Dockerfile")
        guard path.lastComponent == "Dockerfile", (try? Stat(path)) == nil else { return path }
        let other = path.removingLastComponent().appending("dockerfile")
        return (try? Stat(other)) == nil ? path : other
    }

    /// What the `.dockerignore` of a directory of `--build-context` leaves out. Blocks.
    /// - Throws: `invalidInput` when it is no directory; ``DockerfileError``.
    static func rules(of directory: FilePath, named name: String) throws -> IgnoreRules {
        let mode = (try? Stat(directory))?.rawValue.st_mode ?? 0
        guard mode & S_IFMT == S_IFDIR else {
            throw BuildError(.invalidInput, "The build context \(name), \(directory), is not a directory.")
        }
        let file = directory.appending(".dockerignore")
        guard (try? Stat(file)) != nil else { return .none }
        return try IgnoreRules(parsing: try contents(of: file), file: file.string)
    }

    private static func contents(of path: FilePath) throws(BuildError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try SmallFile.read(path)
        } catch .noSuchFileOrDirectory {
            throw BuildError(.invalidInput, "There is no \(path): name the Dockerfile with --file.")
        } catch {
            throw BuildError(.invalidInput, "\(path) cannot be read: \(error).", cause: error)
        }
        guard bytes.count <= byteCountMaximum else {
            throw BuildError(.invalidInput, "\(path) has \(bytes.count) bytes, too many for a Dockerfile.")
        }
        return bytes
    }
}
