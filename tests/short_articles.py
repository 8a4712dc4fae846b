"""Articles of one sentence, each of something else."""

ARTICLES = {
    "rain": "Hujan deras mengguyur Jakarta sejak Senin pagi dan membanjiri jalan di Kemang.",
    "ball": "Tim nasional Indonesia mengalahkan Vietnam dua gol tanpa balas di Hanoi.",
    "rice": "Harga beras di pasar tradisional naik sepuluh persen menjelang Lebaran.",
    "quake": "Gempa bermagnitudo 6,1 mengguncang Maluku; tidak ada peringatan tsunami.",
    "bank": "Bank Indonesia mempertahankan suku bunga acuan pada 5,75 persen.",
}
