extension InstructionParser {
    func run(_ text: InstructionText) throws(DockerfileError) -> RunInstruction {
        var flags = FlagSet(text)
        let networkName = try flags.string("network") ?? RunOperation.Network.default.rawValue
        let securityName = try flags.string("security") ?? RunOperation.Security.sandbox.rawValue
        let mountTexts = try flags.strings("mount")
        try flags.finish(unsupported: ["device": "remove it; a RUN sees the default devices only."])
        guard let network = RunOperation.Network(rawValue: networkName) else {
            throw text.location.syntax("`--network=\(networkName)` is not a network: use default, none or host.")
        }
        guard let security = RunOperation.Security(rawValue: securityName) else {
            throw text.location.syntax("`--security=\(securityName)` is neither sandbox nor insecure.")
        }
        var mounts: [MountOptions] = []
        for mount in mountTexts { mounts.append(try mountOptions(mount, at: text.location)) }
        let (command, script) = try command(text)
        if command == .exec([]) { throw text.location.syntax("RUN needs a command, but the array is empty.") }
        return RunInstruction(command: command, network: network, security: security, mounts: mounts, script: script)
    }

    /// A RUN that is one here-document and nothing else runs its text: as a program when it begins with an interpreter
    /// line, else by the SHELL. Here-documents of other commands are left to the SHELL.
    private func command(_ text: InstructionText) throws(DockerfileError) -> (CommandLine, InlineFile?) {
        guard let first = text.heredocs.first else { return (try commandLine(text.rest, of: text), nil) }
        guard Heredoc(only: text.rest) != nil else {
            let documents = text.heredocs.map { "\n\($0.content)\($0.terminator)" }
            return (.shell(String(scalars: text.rest) + documents.joined()), nil)
        }
        guard first.content.utf8.starts(with: "#!".utf8) else { return (.shell(first.text), nil) }
        try checkName(of: first, at: text.location)
        let script = InlineFile(name: first.terminator, text: first.text)
        return (.shell(RunOperation.scriptDirectory + script.name), script)
    }

    /// Options without variables are checked as far as they can be before they are expanded.
    private func mountOptions(_ text: String, at location: LineLocation) throws(DockerfileError) -> MountOptions {
        let options = try MountOptions(text, at: location)
        if text.unicodeScalars.contains(where: { $0 == "$" || $0 == escape }) { return options }
        // Any directory that is not `/` will do.
        let parser = MountParser(options: options, workingDirectory: "/any", source: nil, location: location)
        _ = try parser.mount()
        return options
    }

    func healthcheck(_ text: InstructionText) throws(DockerfileError) -> ImageSettings.Healthcheck {
        let form = text.rest.prefix { !$0.isSpace }
        let rest = text.rest.dropFirst(form.count).trimmedLeft
        var flags = FlagSet(text)
        switch String(scalars: form).uppercased() {
        case "NONE":
            try flags.finish()
            guard rest.isEmpty else { throw text.location.syntax("HEALTHCHECK NONE takes no arguments.") }
            return ImageSettings.Healthcheck(test: ["NONE"])
        case "CMD":
            let test = try healthTest(rest, of: text)
            let check = ImageSettings.Healthcheck(
                test: test,
                interval: try duration("interval", &flags, at: text.location),
                timeout: try duration("timeout", &flags, at: text.location),
                startPeriod: try duration("start-period", &flags, at: text.location),
                startInterval: try duration("start-interval", &flags, at: text.location),
                retries: try retries(&flags, at: text.location))
            try flags.finish()
            return check
        default:
            throw text.location.syntax("HEALTHCHECK takes `CMD command` (flags in front of the CMD) or `NONE`.")
        }
    }

    private func healthTest(_ rest: Scalars, of text: InstructionText) throws(DockerfileError) -> [String] {
        switch try commandLine(rest, of: text) {
        case .shell(let line): return ["CMD-SHELL", line]
        case .exec(let arguments):
            guard !arguments.isEmpty else { throw text.location.syntax("HEALTHCHECK CMD needs a command.") }
            return ["CMD"] + arguments
        }
    }

    private func duration(
        _ flag: String, _ flags: inout FlagSet, at location: LineLocation
    ) throws(DockerfileError) -> Int64 {
        guard let value = try flags.string(flag), !value.isEmpty else { return 0 }
        guard let nanoseconds = GoDuration.nanoseconds(value), nanoseconds == 0 || nanoseconds >= 1_000_000 else {
            throw location.syntax("`--\(flag)=\(value)` is not a duration of 1ms or more; write it like 30s or 1m30s.")
        }
        return nanoseconds
    }

    private func retries(_ flags: inout FlagSet, at location: LineLocation) throws(DockerfileError) -> Int {
        guard let value = try flags.string("retries"), !value.isEmpty else { return 0 }
        guard let number = Int32(value), number >= 0 else {
            throw location.syntax("`--retries=\(value)` is not a number of attempts.")
        }
        return Int(number)
    }
}
