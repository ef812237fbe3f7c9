"""What the page of the seed author says, and in which order: the words that were promised."""

WORKS = (
    ("2106.03441", 2022, "Attention Temperature Matters in Abstractive Summarization Distillation"),
    ("2106.08254", 2022, "BEiT: BERT Pre-Training of Image Transformers"),
    (
        "2208.10442",
        2022,
        "Image as a Foreign Language: BEiT Pretraining for All Vision and Vision-Language Tasks",
    ),
    (
        "2206.00216",
        2022,
        "THE-X: Privacy-Preserving Transformer Inference with Homomorphic Encryption",
    ),
    (
        "2111.02358",
        2022,
        "VLMo: Unified Vision-Language Pre-Training with Mixture-of-Modality-Experts",
    ),
    (
        "2002.10957",
        2020,
        "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained "
        "Transformers",
    ),
    (
        "2002.12804",
        2020,
        "UniLMv2: Pseudo-Masked Language Models for Unified Language Model Pre-Training",
    ),
)
"""arXiv id, year and title of each work, in the order of the page."""
CLOSE = ("Furu Wei", "Li Dong", "Wenhui Wang", "Songhao Piao")
PAGE = [
    "Researcher profile",
    "Hangbo Bao",
    "Hangbo Bao contributes to research discovery and scholarly infrastructure.",
    "Researcher",
    "Affiliation not imported",
    "Open to collaborate",
    "Trust snapshot",
    "Quick read",
    "Trust 21 - Emerging",
    "Verification L1",
    "Unclaimed author",
    "7 works",
    "0 followers",
    "4 topics",
    "4 close collaborators",
    *CLOSE,
    "Actions",
    "Decide how to stay connected",
    "Follow researcher",
    "Identity and collaboration",
    "How to connect with this researcher",
    "Claiming links this public author record to a researcher profile and unlocks direct "
    "collaboration workflows.",
    "Log in to claim",
    "Direct collaboration",
    "Open a focused conversation when the fit is right",
    "Claim this author entity first to unlock direct invitations.",
    "Research graph",
    "See the researcher in context",
    "Open full explorer",
    "Published work",
    "7 published item(s)",
    *(title for *_, title in WORKS),
]
