import ArgumentParser
import OCI

/// `--platform`.
enum PlatformFlag {
    /// The platforms that are given, between commas or in several flags, each once; else this machine's.
    /// - Throws: `ValidationError`.
    static func list(_ texts: [String], in surroundings: Surroundings) throws -> [Platform] {
        var platforms: [Platform] = []
        for text in texts.flatMap({ $0.split(separator: ",") }) {
            let platform = try read(text.filter { $0 != " " }, in: surroundings)
            if !platforms.contains(platform) { platforms.append(platform) }
        }
        return platforms.isEmpty ? [try read(nil, in: surroundings)] : platforms
    }

    /// The platform that is given, else this machine's.
    /// - Throws: `ValidationError`.
    static func read(_ text: String?, in surroundings: Surroundings) throws -> Platform {
        guard let text else { return Platform(os: "linux", architecture: surroundings.architecture) }
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
