internal import CLinux
internal import Glibc
internal import SystemPackage

/// Why this process may have no user namespace in which it is root, and what to do about it.
enum NamespaceObstacle {
    /// `nil` when there is none. Forks once.
    static var present: String? {
        let status = linux_probe_user_namespace()
        return status == 0 ? nil : text(status) { setting($0) }
    }

    /// - Parameters:
    ///   - status: the number of the error, with 128 added when the namespace could be had, but no rights in it.
    ///   - setting: the value of a file below `/proc/sys`; `nil` when it is not there.
    static func text(_ status: Int32, setting: (String) -> String?) -> String {
        let error = Errno(rawValue: status & 127)
        if status >= 128 {
            guard setting("kernel/apparmor_restrict_unprivileged_userns") == "1" else {
                return "this user may have a user namespace, but not mount anything in it (\(error)): "
                    + "a security module or a container forbids it"
            }
            return "AppArmor gives user namespaces no rights here: allow it with "
                + "'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', or give larder an AppArmor profile with 'userns,'"
        }
        if setting("user/max_user_namespaces") == "0" {
            return "user namespaces are switched off: allow them with 'sysctl -w user.max_user_namespaces=10000'"
        }
        if setting("kernel/unprivileged_userns_clone") == "0" {
            return
                "user namespaces are for root only here: allow them with 'sysctl -w kernel.unprivileged_userns_clone=1'"
        }
        switch error {
        case .noSpace: return "there are too many user namespaces: raise 'sysctl user.max_user_namespaces'"
        case .invalidArgument: return "the kernel has no user namespaces (CONFIG_USER_NS)"
        default:
            return "this user may have no user namespace (\(error)): a container or a security module forbids it; with "
                + "docker, run the container with '--security-opt seccomp=unconfined'"
        }
    }

    private static func setting(_ name: String) -> String? {
        guard let text = try? SmallFile.read(FilePath("/proc/sys").appending(name)) else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
