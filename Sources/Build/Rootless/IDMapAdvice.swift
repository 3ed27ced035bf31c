internal import Attestation

/// What is lacking where a user gets no ids besides its own for a user namespace, and what to do about it, as the machine's
/// distribution has it. Pure.
enum IDMapAdvice {
    /// newuidmap(1) or newgidmap(1).
    enum Tool: String, CaseIterable, Sendable {
        case users = "newuidmap"
        case groups = "newgidmap"

        /// The capability that it needs where it does not belong to root with the set-user-ID bit.
        fileprivate var capability: String { self == .users ? "cap_setuid" : "cap_setgid" }
    }

    /// Distributions that name the package alike and install it alike.
    private static let installers: [(ids: Set<String>, command: String)] = [
        (["debian", "ubuntu", "linuxmint", "pop", "raspbian", "devuan", "kali"], "apt-get install uidmap"),
        (
            ["fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", "azurelinux"],
            "dnf install shadow-utils"
        ),
        (["alpine", "postmarketos"], "apk add shadow-uidmap"),
        (["opensuse-leap", "opensuse-tumbleweed", "sles"], "zypper install shadow"),
        (["arch", "manjaro"], "pacman -S shadow"),
    ]

    /// Programs are not there.
    /// - Parameter osRelease: what `/etc/os-release` holds.
    static func missing(_ tools: [Tool], osRelease: [UInt8]) -> String {
        let names = tools.map(\.rawValue).joined(separator: " and no ")
        let id = Distribution(osRelease: osRelease)?.id ?? ""
        let command = installers.first { $0.ids.contains(id) }?.command
        let advice =
            command.map { "as root, '\($0)' brings it" }
            ?? "install the package that has it (Debian: uidmap, Fedora: shadow-utils, Alpine: shadow-uidmap)"
        return "there is no \(names) on the PATH: \(advice)"
    }

    /// The files give a user nothing.
    /// - Parameters:
    ///   - users: what `/etc/subuid` holds; `nil` when it is not there.
    ///   - groups: what `/etc/subgid` holds.
    /// - Returns: `nil` when both give it something.
    static func withoutRanges(_ name: String, _ uid: UInt32, users: [UInt8]?, groups: [UInt8]?) -> String? {
        let files = [("/etc/subuid", users), ("/etc/subgid", groups)].filter { file in
            SubordinateIDs.stretches(of: name, uid, in: file.1 ?? []).isEmpty
        }
        guard !files.isEmpty else { return nil }
        // Behind those of all others.
        let ends = [users, groups].flatMap { SubordinateIDs.all(in: $0 ?? []).map { $0.first + $0.count } }
        let first = max(100_000, ends.max() ?? 0)
        let paths = files.map { $0.1 == nil ? "\($0.0), which is not there" : $0.0 }.joined(separator: " and ")
        let lack = "\(name) has no ids in \(paths)"
        guard first <= UInt32.max - 65_536 else { return lack }
        // usermod(8) of Alpine's busybox cannot do it.
        let append = files.map { "tee -a \($0.0)" }.joined(separator: " | ")
        return "\(lack): give it some as root with 'echo \(name):\(first):65536 | \(append)'"
    }

    /// A program has failed.
    /// - Parameters:
    ///   - complaint: what it said, as in `newuidmap: write to uid_map failed: Operation not permitted`.
    ///   - path: where the program is.
    static func failed(_ complaint: String, _ path: (Tool) -> String) -> String {
        guard let tool = Tool.allCases.first(where: { complaint.hasPrefix("\($0.rawValue):") }) else {
            return complaint
        }
        if complaint.contains("not allowed") {
            return "\(complaint): the ranges in /etc/subuid and /etc/subgid must be this user's, and not overlap"
        }
        let isRight = complaint.contains("not permitted") || complaint.contains("ermission denied")
        guard isRight else { return complaint }
        let program = path(tool)
        return "\(complaint): it must be set-user-ID root or have \(tool.capability), as its package installs it "
            + "('chmod u+s \(program)' as root), and not be in a container without new privileges"
    }
}
