/// Makes a mount out of its options, variables already expanded. Which option each kind takes, and what holds without
/// it, is as in the Dockerfile reference, "RUN --mount"; like BuildKit it overlooks those that mean nothing to a kind.
struct MountParser {
    private static let kinds = ["bind", "cache", "tmpfs", "secret", "ssh"]
    /// Options that would promise something that a kind does not do.
    private static let onlyFor = [
        "required": ["secret", "ssh"], "size": ["tmpfs"], "sharing": ["cache"], "mode": ["cache", "secret", "ssh"],
        "uid": ["cache", "secret", "ssh"], "gid": ["cache", "secret", "ssh"], "env": ["secret"],
        "from": ["bind", "cache", "tmpfs", "ssh"],
    ]

    let options: MountOptions
    /// What targets are relative to.
    let workingDirectory: String
    /// Where `from` says that files are.
    let source: CopyOperation.Source?
    /// How many agents the instruction has mounted before.
    var agentCount = 0
    let location: LineLocation

    /// The mount.
    /// - Throws: `syntax`.
    func mount() throws(DockerfileError) -> RunMount {
        let kind = options["type"]?.lowercased() ?? "bind"
        guard Self.kinds.contains(kind) else {
            throw location.syntax(
                "`\(kind)` is not a type of `--mount`: use \(Self.kinds.dropLast().joined(separator: ", ")) or ssh.")
        }
        for option in options.options {
            guard let kinds = Self.onlyFor[option.name], !kinds.contains(kind) else { continue }
            throw location.syntax(
                "`\(option.name)` is not an option of `--mount=type=\(kind)`, but of type=\(kinds.joined(separator: ", "))."
            )
        }
        switch kind {
        case "cache": return .cache(try cache())
        case "tmpfs": return .tmpfs(try tmpfs())
        case "secret": return .secret(try secret())
        case "ssh": return .ssh(try ssh())
        default: return .bind(try bind())
        }
    }

    private func bind() throws(DockerfileError) -> BindMount {
        BindMount(
            source: source ?? .context, path: sourcePath, target: try target(),
            isWritable: try !isReadOnly(otherwise: true))
    }

    private func cache() throws(DockerfileError) -> CacheMount {
        let sharing = options["sharing"]?.lowercased() ?? CacheMount.Sharing.shared.rawValue
        guard let sharing = CacheMount.Sharing(rawValue: sharing) else {
            throw location.syntax("`sharing=\(sharing)` is neither shared, private nor locked.")
        }
        return CacheMount(
            id: text("id") ?? CleanPath.cleaned(options["target"] ?? ""), target: try target(), sharing: sharing,
            source: source, path: sourcePath, isReadOnly: try isReadOnly(otherwise: false),
            mode: try number("mode", radix: 8) ?? 0o755, uid: try number("uid", radix: 10) ?? 0,
            gid: try number("gid", radix: 10) ?? 0)
    }

    private func tmpfs() throws(DockerfileError) -> TmpfsMount {
        let size = try text("size").map { text throws(DockerfileError) in
            guard let size = MemorySize.bytes(text) else {
                throw location.syntax("`size=\(text)` is not a size; write it like 64m or 1g.")
            }
            return size
        }
        return TmpfsMount(
            target: try target(), size: size == 0 ? nil : size, isReadOnly: try isReadOnly(otherwise: false))
    }

    /// Without a target it is a file in `/run/secrets`, but for one that is a variable.
    private func secret() throws(DockerfileError) -> SecretMount {
        let target = text("target")
        guard let id = text("source") ?? text("id") ?? target.map(CleanPath.base) else {
            throw location.syntax("A secret needs `id=…`, the name it is given with on the command line.")
        }
        if options["source"] != nil, options["id"] != nil {
            throw location.syntax("`source` and `id` of a secret mean the same; keep `id`.")
        }
        let variable = options["env"].map { $0.isEmpty ? id : $0 }
        let file = target ?? (variable == nil ? "/run/secrets/\(CleanPath.base(id))" : nil)
        return SecretMount(
            id: id, target: file.map { CleanPath.absolute($0, from: "/") }, environmentVariable: variable,
            required: try boolean("required") ?? false, mode: try number("mode", radix: 8) ?? 0o400,
            uid: try number("uid", radix: 10) ?? 0, gid: try number("gid", radix: 10) ?? 0)
    }

    private func ssh() throws(DockerfileError) -> SSHMount {
        SSHMount(
            id: text("id") ?? "default",
            target: CleanPath.absolute(text("target") ?? "/run/buildkit/ssh_agent.\(agentCount)", from: "/"),
            required: try boolean("required") ?? false, mode: try number("mode", radix: 8) ?? 0o600,
            uid: try number("uid", radix: 10) ?? 0, gid: try number("gid", radix: 10) ?? 0)
    }

    // MARK: - Values

    /// An option's value unless it is empty.
    private func text(_ name: String) -> String? {
        options[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Above a source's root there is nothing, as in a chroot.
    private var sourcePath: String {
        CleanPath.components(of: options["source"] ?? "", climbing: false).joined(separator: "/")
    }

    /// Without a target it is the working directory.
    private func target() throws(DockerfileError) -> String {
        let target = CleanPath.absolute(options["target"] ?? "", from: workingDirectory)
        guard target != "/" else {
            throw location.syntax("A mount cannot be at `/`; give it a directory of its own with `target=…`.")
        }
        return target
    }

    /// The last of `readonly` and `readwrite` counts.
    private func isReadOnly(otherwise usual: Bool) throws(DockerfileError) -> Bool {
        guard let last = options.options.last(where: { $0.name == "readonly" || $0.name == "readwrite" }) else {
            return usual
        }
        let isSet = try boolean(last.name) ?? true
        return last.name == "readonly" ? isSet : !isSet
    }

    /// `nil` without the option; one without a value is on.
    private func boolean(_ name: String) throws(DockerfileError) -> Bool? {
        guard let option = options.options.last(where: { $0.name == name }) else { return nil }
        switch option.value {
        case nil, "true", "True", "TRUE", "t", "T", "1": return true
        case "false", "False", "FALSE", "f", "F", "0": return false
        case let text?: throw location.syntax("`\(name)=\(text)` is neither true nor false.")
        }
    }

    private func number(_ name: String, radix: Int) throws(DockerfileError) -> UInt32? {
        guard let text = options[name] else { return nil }
        guard let number = UInt32(text, radix: radix), text.utf8.first != UInt8(ascii: "+") else {
            throw location.syntax("`\(name)=\(text)` is not \(radix == 8 ? "an octal number" : "a number").")
        }
        return number
    }
}
