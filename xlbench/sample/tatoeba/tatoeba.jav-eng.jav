Perpustakaan tutup jam enem saben dina Jemuwah.
Simbah putriku nandur wit jeruk lemon iki patang puluh taun kepungkur.
Apa kowe bisa ngandhani aku ing ngendi apotek sing paling cedhak?
Udan sewengi muput, mula esuk iki banyune kali dhuwur banget.
Dheweke lali, payunge keri ing sepur.
Kita butuh kursi loro maneh kanggo para tamu.
Dheweke ora tau mangan iwak sajrone uripe.
Bocah-bocah lagi sinau ngetung nganti satus.
