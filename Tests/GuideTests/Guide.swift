import SystemPackage

/// The commands of a guide: its `sh` blocks, in order, and what a `text` block right behind one says that they print. Comments
/// `<!-- test: … -->` are for the test alone.
struct Guide {
    /// What is done next.
    enum Step: Equatable {
        /// Commands that readers see.
        case commands(String, line: Int, mustFail: Bool, prints: [String])
        /// Something that the test does besides.
        case preparation(Preparation)
        /// What a file of the repository says: all of it, or some lines that follow each other.
        case quotation(of: String, isWhole: Bool, text: String, line: Int)
    }

    /// What a comment can ask for.
    enum Preparation: Equatable {
        /// An image of a small root filesystem, by this name, as soon as there is a server.
        case base(String)
        /// A server that the guide does not start by itself.
        case server
        case waitForServer
        /// Programs that others wrote, of those that `deploy/peers` installs.
        case peers([String])
        /// A command that readers do not see.
        case command(String)
    }

    let name: String
    let steps: [Step]

    /// Reads a guide.
    /// - Throws: ``GuideError`` for a block that does not end.
    init(name: String, _ text: String) throws {
        self.name = name
        var steps: [Step] = []
        var mustFail = false
        var source: (path: String, isWhole: Bool)?
        var target: String?
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().makeIterator()
        while let (number, line) = lines.next() {
            if let comment = Self.comment(line) {
                if comment == "fails" {
                    mustFail = true
                } else if let quoted = Self.source(comment) {
                    source = quoted
                } else if comment.hasPrefix("written to ") {
                    target = String(comment.dropFirst("written to ".count))
                } else if !comment.hasPrefix("not run, ") {
                    steps.append(.preparation(Self.preparation(comment)))
                }
            }
            guard line.hasPrefix("```"), line.count > 3 else { continue }
            guard let block = Self.block(&lines) else {
                throw GuideError("\(name):\(number + 1): the block does not end")
            }
            if let quoted = source {
                source = nil
                let text = block.joined(separator: "\n") + "\n"
                steps.append(.quotation(of: quoted.path, isWhole: quoted.isWhole, text: text, line: number + 1))
                continue
            }
            if let file = target {
                target = nil
                steps.append(.preparation(.command(Self.writing(block, to: file))))
                continue
            }
            switch line.dropFirst(3) {
            case "sh":
                steps.append(
                    .commands(block.joined(separator: "\n"), line: number + 1, mustFail: mustFail, prints: []))
                mustFail = false
            case "text":
                guard case .commands(let script, let line, let fails, _) = steps.last else {
                    throw GuideError("\(name):\(number + 1): there is no command that prints this")
                }
                steps[steps.count - 1] = .commands(script, line: line, mustFail: fails, prints: block)
            default: break
            }
        }
        self.steps = steps
    }

    /// The lines up to the end of a block; `nil` when it does not end.
    private static func block(_ lines: inout EnumeratedSequence<[Substring]>.Iterator) -> [String]? {
        var block: [String] = []
        while let (_, line) = lines.next() {
            if line == "```" { return block }
            block.append(String(line))
        }
        return nil
    }

    /// What a block says becomes a file, whose name is a word of the shell.
    private static func writing(_ block: [String], to file: String) -> String {
        "cat >\(file) <<'END OF BLOCK'\n\(block.joined(separator: "\n"))\nEND OF BLOCK"
    }

    /// `file PATH`, `part of PATH`
    private static func source(_ comment: String) -> (path: String, isWhole: Bool)? {
        for (prefix, isWhole) in [("file ", true), ("part of ", false)] where comment.hasPrefix(prefix) {
            return (String(comment.dropFirst(prefix.count)), isWhole)
        }
        return nil
    }

    private static func comment(_ line: Substring) -> String? {
        guard line.hasPrefix("<!-- test: "), line.hasSuffix(" -->") else { return nil }
        return String(line.dropFirst("<!-- test: ".count).dropLast(" -->".count))
    }

    private static func preparation(_ comment: String) -> Preparation {
        if comment.hasPrefix("base ") { return .base(String(comment.dropFirst("base ".count))) }
        if comment.hasPrefix("peers ") {
            return .peers(comment.split(separator: " ").dropFirst().map(String.init))
        }
        switch comment {
        case "server": return .server
        case "wait until the server answers": return .waitForServer
        default: return .command(comment)
        }
    }
}

/// A guide that cannot be read.
struct GuideError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
