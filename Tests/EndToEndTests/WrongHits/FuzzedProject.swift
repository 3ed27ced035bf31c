import TestSupport

/// A small project to build: a context, a Dockerfile, and what the command line adds.
struct FuzzedProject: Hashable, Sendable {
    /// A file of the context.
    enum Node: Hashable, Sendable {
        case file(text: String, mode: Int)
        case link(String)
        /// Another name of the file of that name, when there is one.
        case sameAs(String)
        /// A tar with a file of this text.
        case archive(text: String)
    }

    /// COPY or ADD.
    struct Copy: Hashable, Sendable {
        var isAdd = false
        var sources = ["."]
        var destination = "/in/"
        /// A stage, counted back from that of the instruction; 0 for the context; ``namedContext`` and ``image`` for what is
        /// elsewhere.
        var back = 0
        var owner: String?
        var mode: String?
        var exclude: String?
        var isLinked = false
        var keepsParents = false
    }

    /// What `back` is for a named context, a directory of the context.
    static let namedContext = 3
    /// What `back` is for the base image.
    static let image = 4

    /// What a RUN mounts.
    enum Mount: Hashable, Sendable {
        case bind(source: String, back: Int, isWritable: Bool)
        case cache(id: String, mode: String)
        case tmpfs(size: Int?)
        /// What a secret holds is always the same for an id, since it is in no key.
        case secret(id: String, mode: String)
    }

    enum Instruction: Hashable, Sendable {
        case copy(Copy)
        case mounted(Mount, number: Int)
        case script(String, number: Int)
        case trigger(command: Int, number: Int)
        case shell(flags: String)
        case document(String, mode: String?)
        case run(command: Int, number: Int)
        case environment(String, String)
        case argument(String, String?)
        case directory(String)
        case user(String)
        case label(String)
    }

    struct Stage: Hashable, Sendable {
        var isOnFormer = false
        var instructions: [Instruction] = []
    }

    var files: [String: Node] = [:]
    var directoryModes: [String: Int] = [:]
    var ignored: [String] = []
    var stages: [Stage] = []
    var arguments: [String: String] = [:]
    /// `SOURCE_DATE_EPOCH`.
    var epoch: Int64?
    var rewritesTimestamps = false
    var normalizesModes = false
    /// The stage that is built, counted back from the last.
    var targetBack = 0

    /// The name of the stage that is built; `nil` for the last.
    var target: String? {
        targetBack > 0 && targetBack < stages.count ? "s\(stages.count - 1 - targetBack)" : nil
    }

    /// The directories that its files need, parents first.
    var directories: [String] {
        var found: Set<String> = []
        for path in files.keys {
            let parts = path.split(separator: "/")
            for count in parts.indices.dropFirst() { found.insert(parts[..<count].joined(separator: "/")) }
        }
        return found.sorted()
    }

    var dockerfile: String {
        var lines: [String] = []
        for (number, stage) in stages.enumerated() {
            let base = stage.isOnFormer && number > 0 ? "s\(number - 1)" : "tiny/base:1"
            lines.append("FROM \(base) AS s\(number)\nWORKDIR /in")
            lines += stage.instructions.map { Self.text(of: $0, in: number) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(of instruction: Instruction, in stage: Int) -> String {
        switch instruction {
        case .copy(let copy): return text(of: copy, in: stage)
        case .mounted(let mount, let number):
            return "RUN --mount=\(options(of: mount, in: stage)) \(script(of: mount, number))"
        case .script(let text, let number): return "RUN <<END\necho \(text) $A >>/tmp/script-\(number) || true\nEND"
        case .trigger(let command, let number): return "ONBUILD RUN " + script(command, number)
        case .shell(let flags): return "SHELL [\"/bin/sh\", \"-\(flags)\"]"
        case .document(let text, let mode):
            return "COPY \(mode.map { "--chmod=\($0) " } ?? "")<<END /in/document\n\(text) $A\nEND"
        case .run(let command, let number): return "RUN " + script(command, number)
        case .environment(let name, let value): return "ENV \(name)=\(value)"
        case .argument(let name, let value): return "ARG \(name)" + (value.map { "=\($0)" } ?? "")
        case .directory(let path): return "WORKDIR \(path)"
        case .user(let name): return "USER \(name)"
        case .label(let value): return "LABEL note=\(value)"
        }
    }

    private static func text(of copy: Copy, in stage: Int) -> String {
        let from = place(copy.back, in: stage)
        var words = [copy.isAdd && from == nil ? "ADD" : "COPY"]
        if let from { words.append("--from=\(from)") }
        if let owner = copy.owner { words.append("--chown=\(owner)") }
        if let mode = copy.mode { words.append("--chmod=\(mode)") }
        if let exclude = copy.exclude { words.append("--exclude=\(exclude)") }
        if copy.isLinked { words.append("--link") }
        if copy.keepsParents, !copy.isAdd { words.append("--parents") }
        switch copy.back {
        case namedContext: words.append(".")
        case image: words.append("/etc")
        default: words += from == nil ? copy.sources : copy.sources.map { $0 == "." ? "/in" : stageSource($0) }
        }
        return (words + [copy.destination]).joined(separator: " ")
    }

    /// What `from` is; `nil` for the context, also where there is no such stage.
    private static func place(_ back: Int, in stage: Int) -> String? {
        switch back {
        case namedContext: "elsewhere"
        case image: "tiny/base:1"
        case _ where back > 0 && back <= stage: "s\(stage - back)"
        default: nil
        }
    }

    private static func options(of mount: Mount, in stage: Int) -> String {
        switch mount {
        case .bind(let source, let back, let isWritable):
            let from = place(back, in: stage)
            let path = from == nil ? source : back == namedContext ? "." : back == image ? "/etc" : "/in"
            return ["type=bind,target=/m,source=\(path)", from.map { "from=\($0)" }, isWritable ? "rw" : nil]
                .compactMap { $0 }.joined(separator: ",")
        case .cache(let id, let mode): return "type=cache,target=/m,id=\(id),mode=\(mode)"
        case .tmpfs(let size): return "type=tmpfs,target=/m" + (size.map { ",size=\($0)" } ?? "")
        case .secret(let id, let mode): return "type=secret,id=\(id),target=/m,mode=\(mode)"
        }
    }

    /// Commands that tell all that they see of a mount and that is in the key, and leave something in it.
    private static func script(of mount: Mount, _ number: Int) -> String {
        let look = "stat -c '%n %a %u %F' /m /m/* >>/tmp/seen-\(number) 2>&1 || true"
        let leave = "touch /m/left 2>/dev/null || true"
        return switch mount {
        case .bind:
            "\(look); ls -R /m >>/tmp/seen-\(number); cp -r /m /tmp/bound-\(number) 2>/dev/null || true; \(leave)"
        case .cache: "stat -c '%n %a %u %F' /m >>/tmp/seen-\(number) 2>&1 || true; \(leave)"
        case .tmpfs: "\(look); \(leave)"
        case .secret: "\(look); cat /m >>/tmp/seen-\(number) 2>&1 || true"
        }
    }

    /// What of another stage stands for a source of the context.
    private static func stageSource(_ source: String) -> String {
        switch source {
        case "a", "a/": "/tmp"
        case "*.txt": "/in/*.txt"
        case "a/*": "/in/a*/*"
        case "*/one": "/in/*"
        default: "/i*"
        }
    }

    /// Commands whose result depends on nothing but the files and the environment; none of them fails.
    private static func script(_ command: Int, _ number: Int) -> String {
        switch command {
        case 0: "echo \"$A:$B:$C:$HOME\" >>/tmp/variables || true"
        case 1: "echo \"$- $(id -u):$(id -g) $PWD\" >>/tmp/who || true"
        case 2: "cat /in/* /in/a/* /w/* >/tmp/all-\(number) 2>&1 || true"
        case 3: "ls -R /in /w >/tmp/names-\(number) 2>&1 || true"
        case 4: "stat -c '%n %a %u:%g %F' /in/* /in/*/* >/tmp/status-\(number) 2>&1 || true"
        case 5: "rm -rf /in/a /in/one 2>/dev/null || true"
        case 6: "mkdir -p /in/made-\(number) && chmod 7\(number)0 /in/made-\(number) || true"
        case 7: "cp -r /in /tmp/copy-\(number) 2>/dev/null || true"
        case 8: "chmod 640 /in/one /in/*/one 2>/dev/null || true"
        case 9: "ln -f /in/one /in/same 2>/dev/null || true"
        default: "rm -rf /in/sub && mkdir /in/sub && echo \(number) >/in/sub/fresh || true"
        }
    }
}
