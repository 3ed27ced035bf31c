import TestSupport

extension FuzzedProject {
    /// A kind of change.
    enum Change: CaseIterable, Sendable {
        case bytes, mode, directoryMode, rename, addFile, removeFile, swap, link, hardLink, ignore
        case instruction, copyMode, environment, mount, secret, addInstruction, removeInstruction, reorder, stage,
            argument
        case archive, option
    }

    private static let names = [
        "a/one", "a/two", "a/sub/three", "a/new", "b/one", "b/four.txt", "b/new.txt", "c.txt", "d.md", "e/five", "l",
        "b/l", "x.tar",
    ]
    private static let targets = ["a/one", "a", "../a/two", "c.txt", "/a/sub", "one", "nowhere"]
    private static let modes = [0o644, 0o600, 0o755, 0o640, 0o666, 0o4755]
    private static let ignoreRules = ["*.md", "**/two", "b/*\n!b/one", "a/sub", "l"]
    private static let sources = ["a/", "a", "a/one", "b/one", ".", "*.txt", "a/*", "*/one", "b", "l", "x.tar"]
    private static let values = ["1", "2", "3", "$A$B"]

    /// A project to begin with.
    static func initial(using random: inout SeededGenerator) -> FuzzedProject {
        var project = FuzzedProject()
        for name in names.dropLast(6) { project.files[name] = .file(text: text(using: &random), mode: 0o644) }
        project.stages = [Stage(), Stage()]
        for number in project.stages.indices {
            var first = Copy()
            if number > 0 { first.back = 1 }
            project.stages[number].instructions = [.copy(first), .environment("A", "1"), .run(command: 0, number: 0)]
            project.apply(.addInstruction, using: &random)
        }
        // In the image, and before anything that would be built again with them.
        project.stages[1].instructions.insert(
            contentsOf: [
                .mounted(.bind(source: "a", back: 0, isWritable: false), number: 0),
                .mounted(.secret(id: "first", mode: "0444"), number: 1),
            ], at: 0)
        return project
    }

    /// Makes a change; where there is nothing to change, none.
    mutating func apply(_ change: Change, using random: inout SeededGenerator) {
        switch change {
        case .bytes: changeFile(using: &random) { Self.changeByte(of: &$0, &$1, using: &$2) }
        case .mode: changeFile(using: &random) { $1 = Self.modes.randomElement(using: &$2) ?? $1 }
        case .directoryMode:
            guard let directory = directories.randomElement(using: &random) else { return }
            directoryModes[directory] = [0o755, 0o700, 0o775].randomElement(using: &random)
        case .rename, .addFile, .removeFile, .swap, .link, .hardLink: changeNames(change, using: &random)
        case .ignore: ignored = Self.ignoreRules.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        case .argument: arguments[Bool.random(using: &random) ? "A" : "B"] = "\(Int.random(in: 0..<3, using: &random))"
        case .stage:
            let isLonger = stages.count < 3 && Bool.random(using: &random)
            if isLonger {
                stages.append(Stage(instructions: [.copy(Copy(back: Int.random(in: 0...2, using: &random)))]))
            } else if stages.count > 1, Bool.random(using: &random) {
                stages.removeLast()
            } else {
                stages[stages.count - 1].isOnFormer.toggle()
            }
        case .archive: files["x.tar"] = .archive(text: Self.text(using: &random))
        case .option: changeOption(using: &random)
        case .instruction, .copyMode, .environment, .mount, .secret, .addInstruction, .removeInstruction, .reorder:
            changeStage(change, using: &random)
        }
    }

    private mutating func changeOption(using random: inout SeededGenerator) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: epoch = [nil, 1_600_000_000, 1_700_000_000].randomElement(using: &random) ?? nil
        case 1: rewritesTimestamps.toggle()
        case 2: normalizesModes.toggle()
        default: targetBack = Int.random(in: 0...2, using: &random)
        }
    }

    // MARK: Files

    private static func text(using random: inout SeededGenerator) -> String {
        "\(Int.random(in: 1000...9999, using: &random))\n"
    }

    private mutating func changeFile(
        using random: inout SeededGenerator, _ change: (inout String, inout Int, inout SeededGenerator) -> Void
    ) {
        for name in files.keys.sorted().shuffled(using: &random) {
            guard case .file(var text, var mode)? = files[name] else { continue }
            change(&text, &mode, &random)
            files[name] = .file(text: text, mode: mode)
            return
        }
    }

    /// Another text of the same length.
    private static func changeByte(of text: inout String, _ mode: inout Int, using random: inout SeededGenerator) {
        let former = text
        while text == former { text = Self.text(using: &random) }
    }

    private mutating func changeNames(_ change: Change, using random: inout SeededGenerator) {
        let present = files.keys.sorted()
        let free = Self.names.filter { files[$0] == nil }
        guard let name = present.randomElement(using: &random) else { return }
        switch change {
        case .rename:
            guard let other = free.randomElement(using: &random) else { return }
            files[other] = files.removeValue(forKey: name)
        case .addFile:
            guard let other = free.randomElement(using: &random) else { return }
            files[other] = .file(text: Self.text(using: &random), mode: 0o644)
        case .removeFile where present.count > 4: files[name] = nil
        case .swap:
            guard let other = present.randomElement(using: &random) else { return }
            (files[name], files[other]) = (files[other], files[name])
        case .link:
            files[["l", "b/l", name].randomElement(using: &random) ?? name] = .link(
                Self.targets.randomElement(using: &random) ?? "a")
        case .hardLink:
            if case .sameAs(let other)? = files[name] {
                files[name] = files[other]
            } else if let other = present.filter({ isFile($0) && $0 != name }).randomElement(using: &random) {
                files[name] = .sameAs(other)
            }
        default: break
        }
    }

    private func isFile(_ name: String) -> Bool {
        if case .file? = files[name] { true } else { false }
    }

    // MARK: Instructions

    private mutating func changeStage(_ change: Change, using random: inout SeededGenerator) {
        let number = Int.random(in: stages.indices, using: &random)
        var list = stages[number].instructions
        switch change {
        case .addInstruction:
            if list.count >= 6 { list.removeLast() }
            let place = Int.random(in: 0...list.count, using: &random)
            list.insert(Self.instruction(using: &random), at: place)
        case .removeInstruction where list.count > 2: list.remove(at: Int.random(in: list.indices, using: &random))
        case .reorder: list.shuffle(using: &random)
        case .instruction, .copyMode, .environment, .mount, .secret:
            let places = list.indices.filter { Self.isMatch(list[$0], change) }
            guard let place = places.randomElement(using: &random) else { return }
            if change == .copyMode, case .copy(var copy) = list[place] {
                copy.mode = Self.modes(but: copy.mode).randomElement(using: &random) ?? nil
                list[place] = .copy(copy)
            } else {
                list[place] = Self.changed(list[place], using: &random)
            }
        default: break
        }
        stages[number].instructions = list
    }

    private static func modes(but present: String?) -> [String?] {
        [nil, "700", "u=rwX,go=r", "640"].filter { $0 != present }
    }

    private static func isMatch(_ instruction: Instruction, _ change: Change) -> Bool {
        switch (change, instruction) {
        case (.copyMode, .copy), (.environment, .environment), (.instruction, _), (.mount, .mounted),
            (.secret, .mounted(.secret, _)):
            true
        default: false
        }
    }

    private static func instruction(using random: inout SeededGenerator) -> Instruction {
        let name = ["A", "B", "C", "TARGETARCH", "SOURCE_DATE_EPOCH"].randomElement(using: &random) ?? "A"
        switch Int.random(in: 0..<20, using: &random) {
        case 14..<17:
            return .mounted(mount(using: &random), number: Int.random(in: 0..<8, using: &random))
        case 17: return .script(text(using: &random), number: Int.random(in: 0..<8, using: &random))
        case 18: return .trigger(command: Int.random(in: 0..<11, using: &random), number: 8)
        case 19: return .shell(flags: ["c", "ec", "fc"].randomElement(using: &random) ?? "c")
        case 0..<4:
            var copy = Copy()
            for _ in 0..<4 { change(&copy, using: &random) }
            return .copy(copy)
        case 4..<8:
            return .run(command: Int.random(in: 0..<11, using: &random), number: Int.random(in: 0..<8, using: &random))
        case 8: return .document(text(using: &random), mode: Bool.random(using: &random) ? "600" : nil)
        case 9: return .environment(name, values.randomElement(using: &random) ?? "")
        case 10: return .argument(name, Bool.random(using: &random) ? values.randomElement(using: &random) : nil)
        case 11: return .directory(["/in", "/w/x", "sub"].randomElement(using: &random) ?? "/in")
        case 12: return .user(["app", "root", "0:1000", "1000"].randomElement(using: &random) ?? "app")
        default: return .label(values[Int.random(in: 0..<3, using: &random)])
        }
    }

    private static func mount(using random: inout SeededGenerator) -> Mount {
        let mode = ["0444", "0400", "0777"].randomElement(using: &random) ?? "0444"
        let name = Bool.random(using: &random) ? "first" : "second"
        return switch Int.random(in: 0..<6, using: &random) {
        case 0: .cache(id: name, mode: mode)
        case 1: .tmpfs(size: Bool.random(using: &random) ? 1 << 20 : nil)
        case 2: .secret(id: name, mode: mode)
        default:
            .bind(
                source: ["a", "a/one", "b", ".", "a/sub", "l"].randomElement(using: &random) ?? "a",
                back: Int.random(in: 0...image, using: &random), isWritable: Bool.random(using: &random))
        }
    }

    private static func changed(_ mount: Mount, using random: inout SeededGenerator) -> Mount {
        guard case .secret(let id, let mode) = mount else { return self.mount(using: &random) }
        return .secret(id: id == "first" ? "second" : "first", mode: mode)
    }

    /// One part of an instruction changed.
    private static func changed(_ instruction: Instruction, using random: inout SeededGenerator) -> Instruction {
        switch instruction {
        case .copy(var copy):
            change(&copy, using: &random)
            return .copy(copy)
        case .run(let command, _): return .run(command: command, number: Int.random(in: 0..<8, using: &random))
        case .mounted(let mount, let number): return .mounted(changed(mount, using: &random), number: number)
        case .script(_, let number): return .script(text(using: &random), number: number)
        case .trigger(_, let number):
            return .trigger(command: Int.random(in: 0..<11, using: &random), number: number)
        case .document(let text, let mode): return .document(text, mode: mode == nil ? "755" : nil)
        case .environment(let name, _): return .environment(name, values.randomElement(using: &random) ?? "")
        case .argument(let name, _): return .argument(name, values.randomElement(using: &random))
        case .directory, .user, .label, .shell: return self.instruction(using: &random)
        }
    }

    private static func change(_ copy: inout Copy, using random: inout SeededGenerator) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: copy.sources = [sources.randomElement(using: &random) ?? "."]
        case 1: copy.sources = Array(Set([".", "c.txt", "a/"].shuffled(using: &random).prefix(2))).sorted()
        case 2: copy.destination = ["/in/", "/in/sub/", "x/", "/w/x/"].randomElement(using: &random) ?? "/in/"
        case 3: copy.owner = [nil, "app", "12:34", "app:0", "1000"].randomElement(using: &random) ?? nil
        case 4: copy.mode = copy.mode == nil ? "750" : nil
        case 5: copy.exclude = [nil, "**/two", "*.txt"].randomElement(using: &random) ?? nil
        case 6: copy.isLinked.toggle()
        case 7: copy.back = Int.random(in: 0...image, using: &random)
        default:
            if Bool.random(using: &random) { copy.keepsParents.toggle() } else { copy.isAdd.toggle() }
        }
    }
}
