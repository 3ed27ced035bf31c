// swift-tools-version: 6.3

import PackageDescription

// As in the package that is measured.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let larder = Target.Dependency.product(name: "LarderModules", package: "larder")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "larder-benchmarks",
    products: [.executable(name: "larder-bench", targets: ["LarderBench"])],
    dependencies: [
        .package(name: "larder", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "LarderBench", dependencies: ["HitRates", argumentParser, systemPackage], swiftSettings: strict),
        // What caches of builders keep of a history of builds
        .target(name: "HitRates", dependencies: [larder, subprocess, systemPackage], swiftSettings: strict),
        .testTarget(
            name: "HitRatesTests", dependencies: ["HitRates", larder, subprocess, systemPackage],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
