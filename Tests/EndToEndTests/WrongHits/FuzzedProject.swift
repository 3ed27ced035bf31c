import TestSupport

/// A small project to build: a context, a Dockerfile, and what the command line adds.
struct FuzzedProject: Hashable, Sendable {
    /// A file of the context.
    enum Node: Hashable, Sendable {
        case file(text: String, mode: Int)
        case link(String)
        /// Another name of the file of that name, when there is one.
        case sameAs(String)
    }

    /// COPY or ADD.
    struct Copy: Hashable, Sendable {
        var isAdd = false
        var sources = ["."]
        var destination = "/in/"
        /// A stage, counted back from that of the instruction; 0 for the context.
        var back = 0
        var owner: String?
        var mode: String?
        var exclude: String?
        var isLinked = false
        var keepsParents = false
    }

    enum Instruction: Hashable, Sendable {
        case copy(Copy)
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
        let isFromStage = copy.back > 0 && copy.back <= stage
        var words = [copy.isAdd && !isFromStage ? "ADD" : "COPY"]
        if isFromStage { words.append("--from=s\(stage - copy.back)") }
        if let owner = copy.owner { words.append("--chown=\(owner)") }
        if let mode = copy.mode { words.append("--chmod=\(mode)") }
        if let exclude = copy.exclude { words.append("--exclude=\(exclude)") }
        if copy.isLinked { words.append("--link") }
        if copy.keepsParents, !copy.isAdd { words.append("--parents") }
        words += isFromStage ? copy.sources.map { $0 == "." ? "/in" : stageSource($0) } : copy.sources
        return (words + [copy.destination]).joined(separator: " ")
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
        case 1: "echo \"$(id -u):$(id -g) $PWD\" >>/tmp/who || true"
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
