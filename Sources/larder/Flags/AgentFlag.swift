import ArgumentParser
import SystemPackage

/// `--ssh`: `ID[=SOCKET]`.
enum AgentFlag {
    /// The id of an agent and its socket; without one it is the agent of this user.
    /// - Throws: `ValidationError`.
    static func read(_ text: String, in surroundings: Surroundings) throws -> (id: String, FilePath) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let id = parts.first, !id.isEmpty else {
            throw ValidationError("--ssh: '\(text)' has no id; write default or ID=SOCKET")
        }
        if parts.count == 2, !parts[1].isEmpty {
            guard !parts[1].contains(",") else {
                throw ValidationError("--ssh: '\(id)' is to come from several files; give the socket of one agent")
            }
            return (id, FilePath(parts[1]))
        }
        guard let socket = surroundings.value("SSH_AUTH_SOCK") else {
            throw ValidationError(
                "--ssh: SSH_AUTH_SOCK is not set, so there is no agent; start one with ssh-agent, or write \(id)=SOCKET"
            )
        }
        return (id, FilePath(socket))
    }
}
