/// A flag of `docker build` and `docker buildx build`, and what becomes of it when `larder build` does the work. This table
/// is the one place where that is decided.
struct DockerFlag: Sendable {
    /// What becomes of it.
    enum Treatment: Hashable, Sendable {
        /// `larder build` has the same flag.
        case passed
        /// It changes nothing of the image: it is left out.
        case ignored
        /// Left out with one of these values; with others only docker can build.
        case ignoredWith([String])
        /// `larder build` has the same flag, and knows these values between commas; with others only docker can build.
        case passedWith([String])
        /// Only docker can build.
        case refused(why: String)
        /// The name of the image.
        case tag
        /// Where the image goes besides docker's own images.
        case output
        case push
        case load
        /// Prints or writes an id that only means something to docker.
        case quiet
        case idFile
        case progress
        /// What is to be found out instead of building: `check` is what larder does, too.
        case call
        case check
        /// Attestations: larder makes none, which is all right where they are turned off.
        case attestation
    }

    let name: String
    let short: Character?
    /// Whether it takes a value; a switch may have one behind `=`.
    let takesValue: Bool
    let treatment: Treatment

    private init(_ name: String, _ treatment: Treatment, short: Character? = nil) {
        (self.name, self.short, self.treatment) = (name, short, treatment)
        takesValue = true
    }

    private init(switch name: String, _ treatment: Treatment, short: Character? = nil) {
        (self.name, self.short, self.treatment) = (name, short, treatment)
        takesValue = false
    }

    /// All flags of docker 28 and buildx 0.29, those included that their help does not show.
    static let all = [
        DockerFlag("add-host", .passed),
        DockerFlag("allow", .passedWith(["network.host", "security.insecure"])),
        DockerFlag("annotation", .refused(why: "larder writes no annotations")),
        DockerFlag("attest", .attestation),
        DockerFlag("build-arg", .passed),
        DockerFlag("build-context", .passed),
        DockerFlag("builder", .ignoredWith(["default"])),
        // The cache is larder's own.
        DockerFlag("cache-from", .ignored),
        DockerFlag("cache-to", .ignored),
        DockerFlag("call", .call),
        DockerFlag("cgroup-parent", .passed),
        DockerFlag(switch: "check", .check),
        DockerFlag(switch: "debug", .ignored, short: "D"),
        DockerFlag("file", .passed, short: "f"),
        DockerFlag(switch: "help", .refused(why: "it asks for docker's help"), short: "h"),
        DockerFlag("iidfile", .idFile),
        DockerFlag("label", .passed),
        DockerFlag(switch: "load", .load),
        DockerFlag("metadata-file", .passed),
        DockerFlag("network", .passed),
        DockerFlag(switch: "no-cache", .passed),
        DockerFlag("no-cache-filter", .passed),
        DockerFlag("output", .output, short: "o"),
        DockerFlag("platform", .passed),
        DockerFlag("progress", .progress),
        DockerFlag("provenance", .ignoredWith(["false", "0", ""])),
        DockerFlag(switch: "pull", .passed),
        DockerFlag(switch: "push", .push),
        DockerFlag(switch: "quiet", .quiet, short: "q"),
        DockerFlag("sbom", .ignoredWith(["false", "0", ""])),
        DockerFlag("secret", .passed),
        DockerFlag("shm-size", .passed),
        DockerFlag("ssh", .passed),
        DockerFlag("tag", .tag, short: "t"),
        DockerFlag("target", .passed),
        DockerFlag("ulimit", .passed),
        // BuildKit does nothing with these either.
        DockerFlag(switch: "compress", .ignored),
        DockerFlag("cpu-period", .ignored),
        DockerFlag("cpu-quota", .ignored),
        DockerFlag("cpu-shares", .ignored, short: "c"),
        DockerFlag("cpuset-cpus", .ignored),
        DockerFlag("cpuset-mems", .ignored),
        DockerFlag(switch: "disable-content-trust", .ignored),
        DockerFlag(switch: "force-rm", .ignored),
        DockerFlag("isolation", .ignored),
        DockerFlag("memory", .ignored, short: "m"),
        DockerFlag("memory-swap", .ignored),
        DockerFlag(switch: "rm", .ignored),
        DockerFlag("security-opt", .refused(why: "larder has its own security options")),
        DockerFlag(switch: "squash", .refused(why: "larder keeps layers apart")),
    ]
}
