internal import FoundationEssentials
internal import Glibc
public import OCI
public import SystemPackage

/// Keeps logins where docker does, so that docker and `larder` find those of each other: in `config.json` of `DOCKER_CONFIG` or
/// `~/.docker`, or with the program that the file names for that (`credsStore`, `credHelpers`).
public struct LoginStore: Sendable {
    /// Who keeps a login.
    public enum Place: Hashable, Sendable {
        /// The file, readable for its owner alone. The password is in it as it is.
        case file(FilePath)
        /// The program of this name.
        case helper(String)
    }

    private let file: FilePath
    private let searchPath: String

    /// - Parameter environment: has `DOCKER_CONFIG` or `HOME`, and `PATH`.
    /// - Throws: `notPermitted` when it has neither of the first two.
    public init(environment: [String: String]) throws(BuildError) {
        guard let file = RegistryCredentials.dockerFile({ environment[$0] }) else {
            throw BuildError(.notPermitted, "There is no place for logins: set HOME, or DOCKER_CONFIG to a directory.")
        }
        self.file = file
        searchPath = environment["PATH"] ?? ""
    }

    /// Keeps a login for `host`, in place of the one before.
    /// - Throws: `notPermitted`, `invalidInput`; no message has the password.
    public func put(user: String, password: String, for host: RegistryHost) async throws -> Place {
        var edit = try await read()
        if let name = edit.helper(for: host) {
            let helper = try CredentialHelper(name, in: searchPath)
            try await helper.keep(user: user, password: password, for: CredentialFile.serverName(of: host))
            edit.put(nil, for: host)
            try await write(edit)
            return .helper("docker-credential-\(name)")
        }
        edit.put(RegistryLogin(user: user, password: password), for: host)
        try await write(edit)
        return .file(file)
    }

    /// Forgets the logins for `host`.
    /// - Returns: whether there was one.
    /// - Throws: `notPermitted`, `invalidInput`.
    public func remove(_ host: RegistryHost) async throws -> Bool {
        var edit = try await read()
        var isGone = false
        if let name = edit.helper(for: host) {
            isGone = try await CredentialHelper(name, in: searchPath).forget(CredentialFile.serverName(of: host))
        }
        if edit.remove(host) {
            try await write(edit)
            isGone = true
        }
        return isGone
    }

    private func read() async throws -> CredentialFileEdit {
        let bytes: [UInt8]?
        do {
            bytes = try await BlockingThreads.run { [file] in
                do throws(Errno) {
                    return try SmallFile.read(file)
                } catch .noSuchFileOrDirectory {
                    return nil
                }
            }
        } catch {
            throw BuildError(.notPermitted, "\(file) cannot be read: \(error).", cause: error)
        }
        do throws(OCIError) {
            return try CredentialFileEdit(bytes)
        } catch {
            throw BuildError(.invalidInput, "\(file) is no file with registry logins: \(error).", cause: error)
        }
    }

    /// Replaces the file as a whole; where it is a link, the file that it leads to.
    private func write(_ edit: CredentialFileEdit) async throws {
        let bytes = try edit.bytes()
        do {
            try await BlockingThreads.run { [file] in
                try FileManager.default.createDirectory(
                    atPath: file.removingLastComponent().string, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                let target = Self.target(of: file)
                let temporary = FilePath("\(target).larder-\(getpid())")
                try? FileManager.default.removeItem(atPath: temporary.string)
                try SmallFile.write(bytes, to: temporary)
                do throws(Errno) {
                    try temporary.rename(to: target)
                } catch {
                    try? FileManager.default.removeItem(atPath: temporary.string)
                    throw error
                }
            }
        } catch {
            throw BuildError(.notPermitted, "\(file) cannot be written: \(error).", cause: error)
        }
    }

    private static func target(of file: FilePath) -> FilePath {
        guard let resolved = unsafe realpath(file.string, nil) else { return file }
        defer { unsafe free(resolved) }
        return FilePath(unsafe String(cString: resolved))
    }
}
