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
    }

    /// What a comment can ask for.
    enum Preparation: Equatable {
        /// An image of a small root filesystem, by this name, as soon as there is a server.
        case base(String)
        /// A server that the guide does not start by itself.
        case server
        case waitForServer
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
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().makeIterator()
        while let (number, line) = lines.next() {
            if let comment = Self.comment(line) {
                if comment == "fails" { mustFail = true } else { steps.append(.preparation(Self.preparation(comment))) }
            }
            guard line.hasPrefix("```"), line.count > 3 else { continue }
            var block: [String] = []
            var isClosed = false
            while let (_, line) = lines.next() {
                isClosed = line == "```"
                if isClosed { break }
                block.append(String(line))
            }
            guard isClosed else { throw GuideError("\(name):\(number + 1): the block does not end") }
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

    private static func comment(_ line: Substring) -> String? {
        guard line.hasPrefix("<!-- test: "), line.hasSuffix(" -->") else { return nil }
        return String(line.dropFirst("<!-- test: ".count).dropLast(" -->".count))
    }

    private static func preparation(_ comment: String) -> Preparation {
        if comment.hasPrefix("base ") { return .base(String(comment.dropFirst("base ".count))) }
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
