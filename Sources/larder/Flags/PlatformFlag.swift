import ArgumentParser
import OCI

/// `--platform`.
enum PlatformFlag {
    /// The platform that is given, else this machine's.
    /// - Throws: `ValidationError`.
    static func read(_ text: String?, in surroundings: Surroundings) throws -> Platform {
        guard let text else { return Platform(os: "linux", architecture: surroundings.architecture) }
        guard !text.contains(",") else {
            throw ValidationError("--platform: one platform a build; build each of '\(text)' by itself")
        }
        let platform: Platform
        do {
            platform = try Platform(text)
        } catch {
            throw ValidationError("--platform: \(error.description)")
        }
        guard platform.os == "linux" else {
            throw ValidationError("--platform: only linux images can be built, not '\(text)'")
        }
        return platform
    }
}
