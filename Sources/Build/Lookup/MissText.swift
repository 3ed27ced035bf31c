internal import CacheAPI
internal import Chunking
internal import OCI

/// Why a step is no hit, in words.
enum MissText {
    /// How many names of a kind are told.
    private static let namesMaximum = 3

    /// The text for a step.
    /// - Parameters:
    ///   - nearest: the earlier record that differs least; `nil` when there is none.
    ///   - scopes: where the build looks.
    ///   - arguments: the variables of the step that are ARGs; others are ENVs.
    static func text(
        _ nearest: ExplainAnswer.Nearest?, scopes: [ScopeName], arguments: Set<String> = []
    ) -> String {
        guard let nearest else { return "no step like it was recorded before" }
        let built = self.built(nearest)
        if nearest.isSameKey {
            guard scopes.contains(nearest.scope) else {
                return "recorded only in scope \(nearest.scope), which this build does not read (\(built))"
            }
            return "the server no longer has all of what was \(built)"
        }
        guard nearest.instruction != nil else {
            return "the server no longer has the record that was \(built), so it cannot be compared"
        }
        let causes = causes(nearest, arguments)
        guard causes.isEmpty else { return causes.joined(separator: "; ") + " (since \(built))" }
        return nearest.isSameParent
            ? "what it reads from another stage or image is not what it was (when \(built))"
            : "what it stands on is not what it was (when \(built))"
    }

    /// The same as a word, with names of what has changed.
    static func cause(_ nearest: ExplainAnswer.Nearest?, scopes: [ScopeName]) -> (MissCause, changed: [String]) {
        guard let nearest else { return (.new, []) }
        if nearest.isSameKey { return (scopes.contains(nearest.scope) ? .evicted : .scope, []) }
        guard nearest.instruction != nil else { return (.evicted, []) }
        let own = nearest.differences.map { ($0.name.prefix { $0 != "." }, $0) }.filter { $0.0 != "argument" }
        guard let first = own.min(by: { rank(String($0.0)) < rank(String($1.0)) })?.0 else {
            return (nearest.isSameParent ? .inputs : .parent, [])
        }
        let names = own.filter { $0.0 == first }.map { LineText.printable(rest(of: $0.1.name)) }
        return (cause(of: first), Array(names.prefix(OutcomeReport.changedMaximum)))
    }

    private static func cause(of kind: Substring) -> MissCause {
        switch kind {
        case "base": .base
        case "image", "remote": .image
        case "file": .files
        case "environment": .variables
        case "arguments", "document": .command
        default: .settings
        }
    }

    private static func built(_ nearest: ExplainAnswer.Nearest) -> String {
        let time = Timestamp.text(seconds: nearest.created).prefix(16).replacing("T", with: " ")
        let writer = nearest.writer.isEmpty ? "" : " by \(nearest.writer)"
        return "built \(time) UTC in scope \(nearest.scope)\(writer)\(author(nearest))"
    }

    /// Who it really was, where that was proved.
    private static func author(_ nearest: ExplainAnswer.Nearest) -> String {
        guard let author = nearest.author, author.identity != "anonymous" else { return "" }
        let job = author.job.map { ", \(LineText.printable($0))" } ?? ""
        return " (\(LineText.printable(author.identity))\(job))"
    }

    // MARK: Causes

    private static func causes(_ nearest: ExplainAnswer.Nearest, _ arguments: Set<String>) -> [String] {
        var groups: [String: [ExplainAnswer.Difference]] = [:]
        for difference in nearest.differences {
            let kind = difference.name.prefix { $0 != "." }
            groups[String(kind), default: []].append(difference)
        }
        var causes: [String] = []
        for (kind, differences) in groups.sorted(by: { rank($0.key) < rank($1.key) }) {
            switch kind {
            case "base": causes.append(base(differences))
            case "image": causes += changes(differences, "the image that is copied from, ")
            case "file": causes += files(differences, hidden: nearest.differenceCount - nearest.differences.count)
            case "environment": causes += variables(differences, arguments, former: groups["argument"] ?? [])
            // Whether a variable is an ARG or an ENV is no cause.
            case "argument": break
            case "remote": causes += changes(differences, "")
            case "document": causes += changes(differences, "here-document ")
            case "secret", "mount", "bind": causes += changes(differences, "\(kind) mount ")
            case "arguments":
                causes.append("the command was: \(LineText.shortened(nearest.instruction ?? "", to: 120))")
            default: causes += differences.map { "\(label(of: $0.name)) \(verb($0.kind))" }
            }
        }
        return causes
    }

    /// What comes first, causes most of what follows.
    private static func rank(_ kind: String) -> String {
        let order = ["base", "arguments", "environment", "file"]
        return order.firstIndex(of: kind).map { "0\($0)" } ?? "1\(kind)"
    }

    private static func base(_ differences: [ExplainAnswer.Difference]) -> String {
        func name(_ kind: ExplainAnswer.Difference.Kind) -> String? {
            differences.first { $0.kind == kind }.map { rest(of: $0.name) }
        }
        if let changed = name(.changed) { return "the base image \(changed) is another one" }
        let (now, before) = (name(.added) ?? "scratch", name(.removed) ?? "scratch")
        return "the base image is \(now), it was \(before)"
    }

    private static func files(_ differences: [ExplainAnswer.Difference], hidden: Int) -> [String] {
        let kinds: [ExplainAnswer.Difference.Kind] = [.changed, .added, .removed]
        var causes = kinds.compactMap { kind -> String? in
            let names = differences.filter { $0.kind == kind }.map { rest(of: $0.name) }
            return names.isEmpty ? nil : "\(list(names)) \(verb(kind))"
        }
        if hidden > 0 { causes.append("\(hidden) more") }
        return causes
    }

    private static func changes(_ differences: [ExplainAnswer.Difference], _ label: String) -> [String] {
        let kinds: [ExplainAnswer.Difference.Kind] = [.changed, .added, .removed]
        return kinds.compactMap { kind in
            let names = differences.filter { $0.kind == kind }.map { rest(of: $0.name) }
            return names.isEmpty ? nil : "\(label)\(list(names)) \(verb(kind))"
        }
    }

    /// - Parameter former: of the parts that tell which variables are ARGs those that differ.
    private static func variables(
        _ differences: [ExplainAnswer.Difference], _ arguments: Set<String>, former: [ExplainAnswer.Difference]
    ) -> [String] {
        let gone = Set(former.lazy.filter { $0.kind == .removed }.map { rest(of: $0.name) })
        func isArgument(_ difference: ExplainAnswer.Difference) -> Bool {
            (difference.kind == .removed ? gone : arguments).contains(rest(of: difference.name))
        }
        return changes(differences.filter(isArgument), "ARG ")
            + changes(differences.filter { !isArgument($0) }, "ENV ")
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(namesMaximum).map { LineText.printable($0) }.joined(separator: ", ")
        return names.count > namesMaximum ? "\(shown) and \(names.count - namesMaximum) more" : shown
    }

    private static func verb(_ kind: ExplainAnswer.Difference.Kind) -> String {
        switch kind {
        case .changed: "changed"
        case .added: "is new"
        case .removed: "is gone"
        }
    }

    private static func rest(of name: String) -> String {
        String(name.drop { $0 != "." }.dropFirst())
    }

    private static func label(of name: String) -> String {
        let labels = [
            "directory": "WORKDIR", "path": "WORKDIR", "user": "USER", "network": "the network mode",
            "destination": "the destination", "owner": "--chown", "mode": "--chmod", "patterns": "the sources",
            "link": "--link", "exclude": "--exclude", "parents": "--parents", "unpack": "--unpack",
        ]
        return labels[name] ?? name
    }
}

extension LineText {
    /// `text` on one line, cut behind `count` characters.
    static func shortened(_ text: String, to count: Int) -> String {
        let line = printable(text)
        return line.count > count ? line.prefix(count - 1) + "…" : line
    }
}
