/// BuildKit in a docker daemon that has never built anything.
struct BuildKitContender: Contender {
    /// How it is used.
    enum Use {
        /// As well as it can be: the image goes from BuildKit to the registry, is not kept and not unpacked here.
        case straight(compression: String)
        /// `docker build`, then `docker push`.
        case pushed(hasCache: Bool)
    }

    let name: String
    let server: ServerKind
    let use: Use
    let needsDocker = true

    func commands(for order: BuildOrder) -> [[String]] {
        let variables = ["HOME": order.runner, "DOCKER_HOST": "unix://\(order.dockerSocket ?? "")"]
        return arguments(for: order).map { order.programs.peer(variables, ["docker"] + $0) }
    }

    private func arguments(for order: BuildOrder) -> [[String]] {
        let common = ["--network", "host", "--progress", "rawjson", "--build-arg", "BASE=\(order.base)"] + order.flags
        let source = ["--cache-from", "type=registry,ref=\(order.cacheTag)"]
        let target = "type=registry,ref=\(order.cacheTag),mode=max"
        switch use {
        case .straight(let compression):
            let image = "type=image,name=\(order.image),push=true,store=false,unpack=false,compression=\(compression)"
            return [
                ["buildx", "build"] + common + ["--provenance=false"] + source
                    + ["--cache-to", "\(target),compression=\(compression)", "--output", image, order.context]
            ]
        case .pushed(let hasCache):
            let cache = hasCache ? source + ["--cache-to", target] : ["--no-cache"]
            return [["build"] + common + cache + ["--tag", order.image, order.context], ["push", order.image]]
        }
    }

    func ranSteps(output: String, report: String?) -> RanSteps? {
        BuildKitProgress(rawJSON: output).executedSteps(of: ["RUN"])
    }
}
