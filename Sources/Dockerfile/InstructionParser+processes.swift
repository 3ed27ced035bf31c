extension InstructionParser {
    func run(_ text: InstructionText) throws(DockerfileError) -> RunInstruction {
        var flags = FlagSet(text)
        let networkName = try flags.string("network") ?? RunOperation.Network.default.rawValue
        let mounts = try flags.strings("mount")
        try flags.finish(unsupported: [
            "security": "remove it; a RUN always has the default rights.",
            "device": "remove it; a RUN sees the default devices only.",
        ])
        guard let network = RunOperation.Network(rawValue: networkName) else {
            throw text.location.syntax("`--network=\(networkName)` is not a network: use default, none or host.")
        }
        for mount in mounts where !mount.unicodeScalars.contains("$") {
            _ = try SecretMountParser(mount, at: text.location).mount()
        }
        let command = try commandLine(text.rest, of: text)
        if command == .exec([]) { throw text.location.syntax("RUN needs a command, but the array is empty.") }
        return RunInstruction(command: command, network: network, mounts: mounts)
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
